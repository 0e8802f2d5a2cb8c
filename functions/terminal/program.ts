import { styled } from './colours.ts';
import { exitCodeOf, explain } from './exit-code.ts';
import { listenForInterrupts } from './interruption.ts';
import { type Output, standardOutput } from './output.ts';

/**
 * Runs a command as the whole program, with the process's streams and Ctrl-C.
 *
 * @param name what errors begin with, e.g. `cliptag tag`
 * @returns the exit code; errors go to stderr
 */
export async function runProgram(name: string, work: (output: Output) => Promise<number>): Promise<number> {
  listenForInterrupts();
  const output = standardOutput();
  try {
    return await work(output);
  } catch (error) {
    output.remark(`${styled('red', `${name}:`, process.stderr)} ${explain(error)}`);
    return exitCodeOf(error);
  }
}
