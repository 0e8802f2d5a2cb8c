import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { inject } from 'vitest';

/** A program of a test's own in another process, for what only the end of a process can show. */
export interface Child {
  /** The next line that the program printed. Rejects when it ended without one. */
  nextLine(): Promise<string>;
  /** Ends it as a crash would, with no chance to clean up, and returns once it is gone. */
  kill(): Promise<void>;
  /** What it printed after the last line that was taken; ends once it has. */
  restOfLines(): Promise<string[]>;
}

/** Starts a TypeScript file that stands beside this one, and is one of the compiled programs. */
export function startChild(file: string, ...parameters: string[]): Child {
  const script = path.join(inject('programs'), `${path.basename(file, '.ts')}.js`);
  const child = spawn(process.execPath, ['--no-warnings', script, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    nextLine: async () => {
      const line = await lines.next();
      if (line.done) throw new Error(`Expected a line from ${file} but received its end`);
      return line.value;
    },
    kill: () => killed(child),
    restOfLines: async () => {
      const rest: string[] = [];
      for (let line = await lines.next(); !line.done; line = await lines.next()) rest.push(line.value);
      return rest;
    },
  };
}

async function killed(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}
