import { printable } from '../core/printable.ts';
import { styled } from './colours.ts';
import { EXIT, exitCodeOf, explain } from './exit-code.ts';
import { installationFault } from './installation-fault.ts';
import { listenForInterrupts } from './interruption.ts';
import { type Output, standardOutput } from './output.ts';

/**
 * Runs a command as the whole program, with the process's streams and Ctrl-C.
 *
 * @param name what errors begin with, e.g. `cliptag tag`
 * @param work may call itself something longer as soon as it knows what it does, e.g. `cliptag labels diff`
 * @returns the exit code; errors go to stderr
 */
export async function runProgram(
  name: string,
  work: (output: Output, beCalled: (name: string) => void) => Promise<number>,
): Promise<number> {
  listenForInterrupts();
  const output = standardOutput();
  let called = name;
  try {
    return await work(output, (longer) => {
      called = longer;
    });
  } catch (error) {
    const fault = installationFault(error);
    if (fault !== undefined) {
      output.fault(`${styled('red', `${called}:`, process.stderr)} ${printable(fault)}`);
      // Node tells of a module that failed once more, with its stack, wherever else it was asked for.
      process.exit(EXIT.failed);
    }
    output.fault(`${styled('red', `${called}:`, process.stderr)} ${explain(error)}`);
    return exitCodeOf(error);
  }
}
