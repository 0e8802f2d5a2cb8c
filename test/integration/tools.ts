import { execFileSync } from 'node:child_process';

/**
 * Whether a program that a test needs runs on this machine. If not, a line says what is skipped for want of it.
 *
 * @param command the program and arguments that only succeed if it is usable, e.g. `['aws', '--version']`
 */
export function available(command: readonly [program: string, ...parameters: string[]]): boolean {
  const [program, ...parameters] = command;
  try {
    execFileSync(program, parameters, { stdio: 'ignore' });
    return true;
  } catch {
    console.info(`Skipped: "${command.join(' ')}" does not run on this machine.`);
    return false;
  }
}
