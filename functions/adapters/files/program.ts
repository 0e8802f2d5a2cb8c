import { execFile } from 'node:child_process';

const LIMIT_MILLISECONDS = 10_000;

/** Whether a program is there and ends well within ten seconds. */
export function runs(program: string, parameters: readonly string[]): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(program, [...parameters], { timeout: LIMIT_MILLISECONDS }, (error) => resolve(error === null));
  });
}
