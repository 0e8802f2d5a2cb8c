import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a contender is told to do: one JSON object a line, one answer a line. */
export type ContenderRequest =
  /** Loads the model anew. */
  | { readonly task: 'open' }
  | { readonly task: 'encode'; readonly batch: number; readonly runs: number }
  /** From a file on disk to the encoder's pixels (those in JavaScript alone), or to its embedding. */
  | { readonly task: 'decode' | 'file'; readonly path: string; readonly runs: number };

/** Milliseconds: of the day, and of the processor's work in all threads, which a busy machine hardly changes. */
export interface Cost {
  readonly wall: number;
  readonly processor: number;
}

export interface Answer {
  /** One for each run. */
  readonly costs: readonly Cost[];
  readonly embedding?: readonly number[];
}

export interface Contender {
  readonly name: string;
  ask(request: ContenderRequest): Promise<Answer>;
  close(): Promise<void>;
}

/** A contender that is always given one and the same picture, and is named for that. */
export function withPicture({ ask, close }: Contender, name: string, path: string): Contender {
  return { name, ask: (request) => ask('path' in request ? { ...request, path } : request), close };
}

/** Libraries that ask the environment how many threads to start are told one. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', VIPS_CONCURRENCY: '1' };

/** Starts a contender in a process of its own, in which nothing of the others takes time or memory. */
export function startContender(name: string, command: string, args: readonly string[]): Contender {
  const child = spawn(command, args, {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
    env: { ...process.env, ...ONE_THREAD },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const errors: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
  const lines = createInterface(child.stdout);
  const failure = once(child, 'exit').then(([code]) => {
    throw new Error(`${name} ended with ${code}: ${Buffer.concat(errors).toString().slice(-2000)}`);
  });
  failure.catch(() => {});
  return {
    name,
    ask: (request) => Promise.race([answerTo(child, lines, request), failure]),
    close: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}

async function answerTo(child: ChildProcess, lines: Interface, request: ContenderRequest): Promise<Answer> {
  const line = once(lines, 'line');
  child.stdin?.write(`${JSON.stringify(request)}\n`);
  const [text] = await line;
  return JSON.parse(String(text)) as Answer;
}
