import { execFile } from 'node:child_process';

const TIMEOUT_MILLISECONDS = 10_000;

/** Whether a program is installed and succeeds within ten seconds. */
export function runs(program: string, parameters: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [...parameters], { timeout: TIMEOUT_MILLISECONDS }, (error) => resolve(error === null));
  });
}
