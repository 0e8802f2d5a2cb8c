import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestProject } from 'vitest/node';
import { isOnPath } from './integration/tools.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /**
     * The log of the moto server that serves all tests, each of which opens an account of its own there; its first lines say
     * where it serves. Empty without moto.
     */
    readonly motoLog: string;
  }
}

/** Python takes a second to read moto, and many times that where others want the processor too. */
const START_SECONDS = 240;

export interface MotoServer {
  /** What it is asked and answers, beside all that it complains of. */
  readonly log: string;
  readonly hasEnded: () => boolean;
  readonly stop: () => Promise<void>;
}

/** Starts one moto server for all tests. Nobody waits here for it to serve: those who need it do. */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const moto = isOnPath('moto_server') ? startMoto(project.getProvidedContext().runFolder) : undefined;
  project.provide('motoLog', moto?.log ?? '');
  return moto?.stop;
}

/**
 * Starts moto at a port that it takes by itself: one that was looked for here might be another's by the time that Python is there.
 *
 * @param folder of its log, whose name {@link isMotoLog} knows
 * @param variables of its environment, besides the process's own
 */
export function startMoto(folder: string, variables: NodeJS.ProcessEnv = {}): MotoServer {
  const log = join(folder, `moto-${randomUUID()}.log`);
  const output = openSync(log, 'a');
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', '0'], {
    stdio: ['ignore', output, output],
    detached: true,
    env: { ...process.env, PYTHONUNBUFFERED: '1', ...variables },
  });
  closeSync(output);
  const ended = once(child, 'exit').catch(() => {});
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
  return {
    log,
    hasEnded,
    async stop() {
      // The Python launcher may have a child of its own: the whole group that was started here ends.
      if (child.pid !== undefined && !hasEnded()) process.kill(-child.pid, 'SIGKILL');
      await ended;
    },
  };
}

export const isMotoLog = (name: string): boolean => /^moto-[\w-]+\.log$/.test(name);

/**
 * Where moto serves, which its log says once it does.
 *
 * @throws Error with its log when it does not begin to
 */
export async function motoOrigin(log: string, hasEnded = () => false): Promise<string> {
  const deadline = Date.now() + START_SECONDS * 1_000;
  for (;;) {
    const isOver = hasEnded() || Date.now() > deadline;
    const text = await readFile(log, 'utf8');
    const [, origin] = /Running on (http:\/\/127\.0\.0\.1:\d+)\n/.exec(text) ?? [];
    if (origin !== undefined) return origin;
    if (isOver) throw new Error(`moto did not start:\n${text}`);
    await sleep(100);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('Expected a port');
  return address.port;
}
