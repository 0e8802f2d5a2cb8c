import { createInterface } from 'node:readline/promises';

/** Whether somebody sits at a terminal who can be asked. */
export function canAsk(): boolean {
  return process.stdin.isTTY === true && process.stderr.isTTY === true;
}

/** Asks at the terminal; anything but a yes is a no. */
export async function confirmed(question: string): Promise<boolean> {
  // On stderr, for stdout may be the input of another program.
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  // Who ends the input without an answer (Ctrl-D) gives none.
  const closed = new Promise<string>((resolve) => terminal.once('close', () => resolve('')));
  try {
    const answer = await Promise.race([terminal.question(`${question} [y/N] `), closed]);
    return /^y(es)?$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}
