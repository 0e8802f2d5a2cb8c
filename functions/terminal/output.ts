import { once } from 'node:events';
import { EXIT } from './exit-code.ts';

/** Where a command's answer and its remarks go. */
export interface Output {
  /** A line of the answer, on stdout; waits while the reader is slow. */
  line(text: string): Promise<void>;
  /** A remark that is no part of the answer, on stderr. */
  remark(text: string): void;
}

/** The process's own streams. A reader that has seen enough (`| head`) ends the process quietly. */
export function standardOutput(): Output {
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(EXIT.done);
    process.stderr.write(`cliptag: the answer cannot be written: ${message}\n`);
    process.exit(EXIT.failed);
  });
  return {
    line: async (text) => {
      if (!process.stdout.write(`${text}\n`)) await once(process.stdout, 'drain');
    },
    remark: (text) => {
      process.stderr.write(`${text}\n`);
    },
  };
}
