import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { TestProject } from 'vitest/node';
import { isOnPath } from './integration/tools.ts';

declare module 'vitest' {
  export interface ProvidedContext {
    /** Where moto serves all tests, each of which opens an account of its own there; 0 without moto. */
    readonly motoPort: number;
  }
}

/** Starts one moto server for all tests. Nobody waits here for it to serve: those who need it do. */
export default async function setup({ provide }: TestProject): Promise<(() => void) | undefined> {
  if (!isOnPath('moto_server')) {
    provide('motoPort', 0);
    return undefined;
  }
  const port = await freePort();
  const moto = startMoto(port);
  provide('motoPort', port);
  return moto.stop;
}

/** @param variables of its environment, besides the process's own */
export function startMoto(port: number, variables: NodeJS.ProcessEnv = {}) {
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', String(port)], {
    stdio: 'ignore',
    detached: true,
    env: { ...process.env, ...variables },
  });
  return {
    hasEnded: () => child.exitCode !== null,
    // The Python launcher may have a child of its own: the whole group that was started here ends.
    stop: () => void (child.pid && child.exitCode === null && process.kill(-child.pid)),
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  if (typeof address !== 'object' || !address) throw new Error('Expected a port');
  return address.port;
}
