import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { describe, expect, inject, it } from 'vitest';

const noProc = process.platform !== 'linux';
if (noProc) console.info('Skipped: credentials that decoders cannot see (it takes the /proc of Linux)');

/** A process with a secret among its credentials, and what the decoder that it starts finds of it. */
async function decodes(mode: 'hidden' | 'visible', name = 'AWS_SECRET_ACCESS_KEY') {
  const secret = randomUUID();
  // The command line has half of it, which the decoder looks for: so the command line itself is no place to find all of it.
  const program = join(inject('programs'), 'decoding-function.js');
  const child = spawn(process.execPath, [program, mode, secret.slice(0, 30)], {
    env: { PATH: process.env.PATH ?? '', AWS_REGION: 'us-east-1', [name]: secret, LAST: 'stays' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const found = (await json(child.stdout)) as {
    readonly hidden: boolean;
    readonly AWS_SECRET_ACCESS_KEY?: string;
    readonly AWS_REGION: string;
    readonly seen: {
      readonly places: readonly string[];
      readonly parent: number;
      readonly seesParent: boolean;
    };
  };
  return { secret, environ: `/proc/${child.pid}/environ`, ...found };
}

describe.skipIf(noProc)('a program that decodes', () => {
  it('finds the credentials in the environment of no process of its user, and the function keeps them', async () => {
    const { secret, seen, environ, ...found } = await decodes('hidden');
    expect(seen.places).not.toContain(environ);
    expect(seen.places.filter((place) => place.endsWith('environ'))).toEqual([]);
    expect(seen.seesParent).toBe(true);
    expect(found).toEqual({ hidden: true, AWS_SECRET_ACCESS_KEY: secret, AWS_REGION: 'us-east-1' });
  });

  it('would find them otherwise: so the test can fail', async () => {
    const { seen, environ } = await decodes('visible');
    expect(seen.places).toContain(environ);
  });

  it.each(['AWS_SESSION_TOKEN', 'AWS_ACCESS_KEY_ID', 'AWS_CONTAINER_AUTHORIZATION_TOKEN'])(
    'does not see %s either',
    async (name) => {
      const { seen, hidden } = await decodes('hidden', name);
      expect(seen.places.filter((place) => place.endsWith('environ'))).toEqual([]);
      expect(hidden).toBe(true);
    },
  );
});
