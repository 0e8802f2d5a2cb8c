import { mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CliptagError } from '../../../../functions/core/errors.ts';
import { makeDataFolder } from '../../../../functions/local/start/data-folder.ts';
import type { NetworkAccess } from '../../../../functions/local/start/network-access.ts';
import { startError } from '../../../../functions/local/start/start-error.ts';
import { exitCodeOf } from '../../../../functions/terminal/exit-code.ts';

const access = { reach: { host: '127.0.0.1' } } as NetworkAccess;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-data-folder-'));
  await writeFile(join(folder, 'file'), '');
  await symlink(join(folder, 'unmounted'), join(folder, 'link'));
});

afterAll(() => rm(folder, { recursive: true }));

async function told(error: unknown): Promise<CliptagError> {
  const fault = await startError(error, { dataFolder: folder, access });
  if (!(fault instanceof CliptagError)) throw fault;
  return fault;
}

const faultOf = (dataFolder: string) => makeDataFolder(dataFolder).then(() => undefined, told);

describe('the data folder', () => {
  it('is made with all above it, again and by several at once', async () => {
    const data = join(folder, 'a', 'b', 'c');
    await Promise.all([1, 2, 3].map(() => makeDataFolder(data)));
    await makeDataFolder(data);
    expect(await readdir(data)).toEqual([]);
  });

  it.each([
    ['file', 'file', 'EEXIST'],
    ['file/data', 'file', 'EEXIST'],
    ['link', 'link', 'EEXIST'],
    ['link/data', 'link', 'EEXIST'],
    [`${'n'.repeat(300)}`, 'n'.repeat(300), 'ENAMETOOLONG'],
  ])('cannot be %.12s: that is said with its path', async (name, path, code) => {
    const fault = await faultOf(join(folder, name));
    expect(fault?.message).toBe(
      `--data: expected a folder that can be written but received ${join(folder, path)} (${code})`,
    );
    expect(exitCodeOf(fault)).toBe(2);
  });

  it.runIf(process.platform === 'linux')('cannot be where the system has no folders', async () => {
    expect((await faultOf('/proc/cliptag/data'))?.message).toBe(
      '--data: expected a folder that can be written but received /proc/cliptag (ENOENT)',
    );
  });
});

describe('a fault at the start', () => {
  it('in a store of another user says how to take it', async () => {
    const cause = Object.assign(new Error('IO error: /data/lock/LOCK: Permission denied'), {
      code: 'LEVEL_IO_ERROR',
    });
    const fault = await told(
      new Error(`The folder /data/lock cannot be opened: ${cause.message}`, { cause }),
    );
    expect(fault.message).toMatch(/^--data: The folder \/data\/lock cannot be opened: .*another user's/);
    expect(fault).toMatchObject({ commands: [`sudo chown -R "$(id -u):$(id -g)" '${folder}'`] });
    expect(exitCodeOf(fault)).toBe(2);
  });

  it('in a folder whose file system has no locks says so', async () => {
    const cause = Object.assign(new Error('IO error: lock /data/lock/LOCK: No locks available'), {
      code: 'LEVEL_LOCKED',
    });
    const fault = await told(new Error('The folder /data/lock is in use by another process', { cause }));
    expect(fault.message).toContain(`the file system of ${folder} knows no locks`);
  });

  it('on a full disk says how much is free, and how much is to be', async () => {
    const refused = Object.assign(new Error('DiskFullError: The disk is full: 9 bytes are to be written'), {
      name: 'InsufficientStorage',
    });
    const fault = await told(refused);
    expect(fault.message).toMatch(
      /^--data: the disk of .* has \d+ MB free, of which 96 MB stay free: make room, or choose another folder$/,
    );
    expect([fault.code, exitCodeOf(fault)]).toEqual(['disk-full', 1]);
  });

  it('of a port that is for the system alone is told of the port', async () => {
    const error = Object.assign(new Error('listen EACCES'), { code: 'EACCES', syscall: 'listen', port: 80 });
    expect((await told(error)).message).toBe(
      'port 80 of 127.0.0.1: this user may not listen there: choose one from 1024 up',
    );
  });

  it('of another kind stays what it is', async () => {
    const error = Object.assign(new Error('no such file'), { code: 'ENOENT' });
    expect(await startError(error, { dataFolder: folder, access })).toBe(error);
  });
});
