import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { chmod, constants, copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';

const noProc = process.platform !== 'linux';
if (noProc) console.info('Skipped: credentials that decoders cannot see (it takes the /proc of Linux)');

/** A process with a secret among its credentials, and what the decoder that it starts finds of it. */
async function decodes(
  mode: 'hidden' | 'visible',
  name = 'AWS_SECRET_ACCESS_KEY',
  { node = process.execPath, ...user }: { readonly node?: string; readonly uid?: number } = {},
) {
  const secret = randomUUID();
  // The command line has half of it, which the decoder looks for: so the command line itself is no place to find all of it.
  const program = join(inject('programs'), 'decoding-function.js');
  const child = spawn(node, [program, mode, secret.slice(0, 30)], {
    env: { PATH: process.env.PATH ?? '', AWS_REGION: 'us-east-1', [name]: secret, LAST: 'stays' },
    stdio: ['ignore', 'pipe', 'inherit'],
    ...user,
  });
  const found = (await json(child.stdout)) as {
    readonly hidden: boolean;
    readonly AWS_SECRET_ACCESS_KEY?: string;
    readonly AWS_REGION: string;
    readonly seen: {
      readonly places: readonly string[];
      readonly parent: number;
      readonly seesParent: boolean;
      /** What of the function's memory the decoder can open. */
      readonly opens: readonly string[];
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

/** A user without rights, who can come to the compiled programs. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const obstacle = noProc ? 'it takes the /proc of Linux' : await userObstacle();
if (obstacle) console.info(`Skipped: a program that its user may not read (${obstacle})`);

async function userObstacle(): Promise<string | undefined> {
  const code = 'process.exit(require("node:fs").existsSync(process.argv[1]) ? 0 : 1)';
  const found = spawn(process.execPath, ['-e', code, inject('programs')], { ...user, stdio: 'ignore' });
  const [status] = await once(found, 'exit').catch(() => [1]);
  return status === 0 ? undefined : 'a user without rights cannot come to this folder';
}

describe.skipIf(obstacle !== undefined)(
  'a program that its user may run and not read, as the image makes it',
  () => {
    let folder: string;
    let node: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'cliptag-unreadable-'));
      await chmod(folder, 0o755);
      node = join(folder, 'node');
      // Here Node itself: to put a loader in the place of the machine's takes a root of its own (container.test.ts).
      await copyFile(process.execPath, node, constants.COPYFILE_FICLONE);
      await chmod(node, 0o111);
    });
    afterAll(() => rm(folder, { recursive: true }));

    it('is closed to the decoder that it starts: no environment of it, nor anything else, and it says so', async () => {
      const { secret, seen, ...found } = await decodes('hidden', undefined, { node, ...user });
      expect(seen.places.filter((place) => place.endsWith('environ'))).toEqual([]);
      expect(seen).toMatchObject({ seesParent: false, opens: [] });
      expect(found).toMatchObject({ hidden: true, AWS_SECRET_ACCESS_KEY: secret });
    });

    it('would have its memory open otherwise, whatever its environment shows', async () => {
      const { seen } = await decodes('hidden', undefined, user);
      expect(seen).toMatchObject({ seesParent: true, opens: ['mem', 'maps'] });
    });
  },
);
