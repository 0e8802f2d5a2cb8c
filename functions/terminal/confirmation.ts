import { createInterface } from 'node:readline/promises';

/** Whether there is a terminal to ask at. */
function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks at the terminal; anything but a yes is a no. */
export async function confirmed(question: string): Promise<boolean> {
  // On stderr, for stdout may be the input of another program.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Input that ends without an answer (Ctrl-D) gives an empty one.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

/** The fault of a command that would ask where nobody can answer. */
export function unansweredFaults(flags: {
  readonly 'dry-run'?: boolean;
  readonly yes?: boolean;
}): readonly string[] {
  if (flags['dry-run'] || flags.yes || canAsk()) return [];
  return ['expected --dry-run or --yes where there is no terminal to ask at'];
}
