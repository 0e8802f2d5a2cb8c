import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signedRequest } from '../fixtures/local-signing.ts';
import { dynamoDbCase, pageCase, rawCase, s3Case } from './fuzz/cases.ts';
import { type FuzzAnswer, sendBytes, sendRequest } from './fuzz/request.ts';
import { type Random, type TortureLimits, type TortureOutcome, tortureProgram } from './torture.ts';

const SOURCES = ['--import', 'tsx', resolve('functions/cliptag.mjs'), 'start'];
const AT_ONCE = 16;
const MAXIMUM_BLOCKED_MILLISECONDS = 250;
/** Of the servers' ten seconds for a header, with what their clock and a busy machine add. */
const HALF_HEADER_SECONDS = 90;

interface Served {
  readonly ports: Readonly<Record<'s3' | 'dynamodb' | 'page', number>>;
  /** Since the last call. */
  blockedMilliseconds(begin?: 'begin'): Promise<number>;
  isAlive(): boolean;
  output(): string;
  stop(): Promise<void>;
}

export interface FuzzOptions {
  /** What starts the pipeline, and is given the flags of `start`: parameters of Node. */
  readonly program?: readonly string[];
  /** Whether a blocked event loop is a fault; on a machine that does other things as well, all processes wait. */
  readonly watchesTime?: boolean;
}

/**
 * Sends fuzzed requests to the three ports of `cliptag start`: well-formed ones with a part that is wrong, signed as
 * anybody can, and bytes that are no HTTP. The process must not end, must answer every request, must not be blocked, and
 * must tag pictures afterwards.
 */
export async function fuzzRequests(
  limits: TortureLimits,
  { program = SOURCES, watchesTime = true }: FuzzOptions = {},
): Promise<TortureOutcome> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-fuzz-'));
  const served = await serve(folder, program);
  const faults: string[] = [];
  const counts = new Map<string, number>();
  const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });
  const halves = Object.entries(served.ports).map(([name, port]) => halfHeader(name, port));
  let requests = 0;
  let slowest = { milliseconds: 0, what: '' };
  try {
    await served.blockedMilliseconds('begin');
    const rounds = limits.rounds();
    const worker = async () => {
      for (const { round, random } of { [Symbol.iterator]: () => rounds }) {
        if (!served.isAlive()) return;
        requests++;
        const { what, answer } = await oneRequest(served, random, agent).catch((error: Error) => {
          faults.push(`round ${round}: ${error.message}`);
          return { what: 'no answer', answer: undefined };
        });
        if (!answer) continue;
        const name = `${what.split(' ')[0]} ${answer.status ?? 'closed'}`;
        counts.set(name, (counts.get(name) ?? 0) + 1);
        if (answer.milliseconds > slowest.milliseconds)
          slowest = { milliseconds: answer.milliseconds, what: `${round} ${what}` };
        if ((answer.status ?? 0) >= 500 && answer.status !== 501 && process.env.CLIPTAG_FUZZ_SHOW)
          console.log(`round ${round}: ${what}: ${answer.status} ${answer.text.slice(0, 300)}`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    if (!served.isAlive()) faults.push(`the process ended: ${served.output().slice(-2_000)}`);
    else {
      const blocked = await served.blockedMilliseconds();
      if (watchesTime && blocked > MAXIMUM_BLOCKED_MILLISECONDS)
        faults.push(`the event loop was blocked for ${blocked.toFixed(0)} ms`);
      if (!(await stillTags(served))) faults.push('a picture that is uploaded afterwards is not tagged');
      for (const half of halves) faults.push(...(await half));
      const figures = [
        `blocked for ${blocked.toFixed(0)} ms at most`,
        `slowest answer ${slowest.milliseconds.toFixed(0)} ms (${slowest.what.slice(0, 60)})`,
        Array.from(counts, ([name, count]) => `${name}: ${count}`)
          .sort()
          .join(', '),
      ];
      return { size: `${requests} requests`, faults, figures: figures.join('; ') };
    }
    return { size: `${requests} requests`, faults };
  } finally {
    agent.destroy();
    await served.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function oneRequest(
  { ports }: Served,
  random: Random,
  agent: Agent,
): Promise<{ what: string; answer: FuzzAnswer }> {
  const name = random.pick(['s3', 's3', 'dynamodb', 'dynamodb', 'page', 'raw'] as const);
  if (name === 'raw') {
    const bytes = rawCase(random);
    const port = random.pick(Object.values(ports));
    return {
      what: `raw ${JSON.stringify(bytes.toString('latin1').slice(0, 60))}`,
      answer: await sendBytes(port, bytes),
    };
  }
  const made = { s3: s3Case, dynamodb: dynamoDbCase, page: pageCase }[name](random);
  const host = `127.0.0.1:${ports[name]}`;
  const signs = name !== 'page' && random.chance(0.95);
  const request = signs ? signedRequest(made, host, name) : made;
  const what = `${name} ${request.method} ${request.headers['x-amz-target'] ?? request.target}`;
  return { what, answer: await sendRequest(ports[name], request, agent) };
}

/** @returns a fault when the server lets the connection wait for ever */
async function halfHeader(name: string, port: number): Promise<string[]> {
  const socket: Socket = connect(port, '127.0.0.1');
  socket.on('error', () => {});
  socket.write('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Half');
  socket.resume();
  const closed = once(socket, 'close').then(() => true);
  const isClosed = await Promise.race([closed, sleep(HALF_HEADER_SECONDS * 1_000, false, { ref: false })]);
  socket.destroy();
  return isClosed ? [] : [`${name} kept a connection with half a header for ${HALF_HEADER_SECONDS} s`];
}

/** By the pipeline's own page: an upload comes back with its status. */
async function stillTags({ ports }: Served): Promise<boolean> {
  const api = `http://127.0.0.1:${ports.page}/api/v1`;
  const form = new FormData();
  form.append('key', 'after-fuzz.png');
  form.append('file', new Blob([await readFile(resolve('functions/local/samples/chelsea.png'))]));
  const upload = await fetch(`${api}/uploads/forms`, { method: 'POST', body: form });
  if (upload.status !== 201) return false;
  const { key } = (await upload.json()) as { key: string };
  for (let tries = 0; tries < 600; tries++) {
    const image = await fetch(`${api}/images?${new URLSearchParams({ bucket: 'photos', key })}`);
    if (image.ok && ((await image.json()) as { status: string }).status === 'tagged') return true;
    await sleep(100);
  }
  return false;
}

async function serve(folder: string, program: readonly string[]): Promise<Served> {
  const ports = ['--s3-port', '0', '--dynamodb-port', '0', '--http-port', '0'];
  const watch = ['--import', new URL('./fuzz/loop-delay.mjs', import.meta.url).href];
  const [file, execArgv] = [program.findIndex((part) => /\.m?js$/.test(part)), program];
  const child = fork(execArgv[file] ?? '', [...program.slice(file + 1), '--data', folder, ...ports], {
    execArgv: [...program.slice(0, file), ...watch],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  const exited = once(child, 'exit');
  const collect = (piece: Buffer) => {
    output = (output + piece.toString()).slice(-100_000);
  };
  child.stdout?.on('data', collect);
  child.stderr?.on('data', collect);
  while (!output.includes('Ctrl-C stops')) {
    if (child.exitCode !== null) throw new Error(`Expected a pipeline that serves but it ended:\n${output}`);
    await sleep(50);
  }
  const port = (name: string) =>
    Number(new RegExp(`${name} +http://127\\.0\\.0\\.1:(\\d+)`).exec(output)?.[1]);
  return {
    ports: { s3: port('S3'), dynamodb: port('DynamoDB'), page: port('Page') },
    async blockedMilliseconds(begin) {
      child.send(begin ?? 'tell');
      const [told] = (await once(child, 'message')) as [{ longestMilliseconds: number }];
      return told.longestMilliseconds;
    },
    isAlive: () => child.exitCode === null && child.signalCode === null,
    output: () => output,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

await tortureProgram(import.meta.url, (limits) => fuzzRequests(limits), { rounds: 100_000 });
