/**
 * Closes one after the other, each of them whatever became of those before: what stays open would keep the process, its ports and its
 * folders for ever.
 *
 * @throws the first fault, once all have been closed
 */
export async function closeInTurn(closers: ReadonlyArray<() => Promise<void>>): Promise<void> {
  const faults: unknown[] = [];
  for (const close of closers) {
    try {
      await close();
    } catch (error) {
      faults.push(error);
    }
  }
  if (faults.length > 0) throw faults[0];
}
