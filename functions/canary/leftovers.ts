/** Pictures that earlier runs could not remove. */
export interface LeftoverPorts {
  /** Keys below the canary's prefix that were put before a time. */
  readonly putBefore: (time: Date) => Promise<readonly string[]>;
  readonly remove: (key: string) => Promise<void>;
}

/** Longer than any run lasts: another stack's canary may have a picture there that it waits for. */
const LEFT_AFTER_MILLISECONDS = 60 * 60_000;

/**
 * Removes what a run that was cut off has left behind.
 *
 * @returns their keys
 */
export async function removeLeftovers(
  { putBefore, remove }: LeftoverPorts,
  now = Date.now(),
): Promise<readonly string[]> {
  const keys = await putBefore(new Date(now - LEFT_AFTER_MILLISECONDS));
  for (const key of keys) await remove(key);
  return keys;
}
