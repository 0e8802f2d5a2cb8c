import { EXIT } from './exit-code.ts';
import { aboveLiveLine } from './live-line.ts';
import { LINE_WIDTH, wrappedForReading } from './wrapped.ts';

/** Where a command's answer and its remarks go. Both may be written while progress is shown. */
export interface Output {
  /** A line of the answer, on stdout; waits while the reader is slow. */
  line(text: string): Promise<void>;
  /** A remark that is no part of the answer, on stderr; --quiet leaves it out. */
  remark(text: string): void;
  /** What went wrong, on stderr, --quiet or not. */
  fault(text: string): void;
}

/** An output that leaves out remarks. */
export function withoutRemarks({ line, fault }: Output): Output {
  return { line, fault, remark: () => {} };
}

/** The process's own streams. A reader that has seen enough (`| head`) ends the process quietly. */
export function standardOutput(): Output {
  const { stdout, stderr } = process;
  stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') process.exit(EXIT.done);
    stderr.write(`cliptag: the answer cannot be written: ${message}\n`);
    process.exit(EXIT.failed);
  });
  return outputTo(stdout, stderr);
}

/** An output to a pair of streams. What is said on a terminal is broken at spaces; what a program reads never is. */
export function outputTo(
  stdout: Pick<NodeJS.WriteStream, 'isTTY' | 'write' | 'once'>,
  stderr: Pick<NodeJS.WriteStream, 'write'> & Partial<Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>>,
): Output {
  const toStderr = (text: string) => {
    const shown = stderr.isTTY ? wrappedForReading(text, stderr.columns || LINE_WIDTH) : text;
    aboveLiveLine(() => stderr.write(`${shown}\n`));
  };
  return {
    line: async (text) => {
      const write = () => stdout.write(`${text}\n`);
      // An answer that goes elsewhere leaves the terminal's progress alone.
      const hasRoom = stdout.isTTY ? aboveLiveLine(write) : write();
      if (!hasRoom) await new Promise((resolve) => stdout.once('drain', resolve));
    },
    remark: toStderr,
    fault: toStderr,
  };
}
