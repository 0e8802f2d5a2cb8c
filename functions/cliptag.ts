/**
 * The whole program: `start` runs the pipeline on this machine, every other command is the command line's. Each is
 * loaded only when it is asked for, and neither knows the other.
 *
 * @param args what follows the program's name
 * @returns the exit code
 */
export async function cliptag(args: readonly string[]): Promise<number> {
  const { main } = await import('./cli/main.ts');
  return main(args, async () => (await import('./local/start/start.ts')).start);
}
