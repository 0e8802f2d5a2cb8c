import { readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { locked } from '../../functions/adapters/files/file-lock.ts';
import { removeLeft } from '../../functions/adapters/files/left-file.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** More than Linux numbers processes up to. */
const ENDED = 4_194_305;

/** A file whose lock says this, of so many seconds ago. */
async function lockSaying(text: string, seconds: number) {
  const path = join(await temporaryFolder(), 'file');
  const lock = `${path}.lock`;
  await writeFile(lock, text);
  const then = Date.now() / 1_000 - seconds;
  await utimes(lock, then, then);
  return { path, lock };
}

const of = (pid: number, host = hostname()) => `${pid} ${host} 5b1e`;

describe('a lock', () => {
  it('is had by one at a time, and gone afterwards', async () => {
    const folder = await temporaryFolder();
    let working = 0;
    const works = Array.from({ length: 10 }, () =>
      locked(join(folder, 'file'), async () => {
        expect(++working).toBe(1);
        await pause(1);
        working -= 1;
      }),
    );
    await Promise.all(works);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    ['a process of this machine that is kept waiting', of(process.pid), 60],
    ['a process of this machine, by a clock that is another day’s', of(process.pid), -86_400],
    ['a process elsewhere', of(ENDED, 'elsewhere'), 1],
  ])('of %s is waited for', async (_, text, seconds) => {
    const { path, lock } = await lockSaying(text, seconds);
    let isOurs = false;
    const work = locked(path, async () => {
      isOurs = true;
    });
    await pause(100);
    expect([isOurs, await readFile(lock, 'utf8')]).toEqual([false, text]);
    await rm(lock);
    await work;
    expect(isOurs).toBe(true);
  });

  it.each([
    ['a process of this machine that has died', of(ENDED), 0],
    ['a process elsewhere that must have', of(process.pid, 'elsewhere'), 6],
    ['a process of an earlier version', '', 6],
    ['a clock that was set back', '', -3_600],
  ])('of %s is taken', async (_, text, seconds) => {
    const { path, lock } = await lockSaying(text, seconds);
    const seen = await locked(path, () => readFile(lock, 'utf8'));
    expect(seen).toMatch(new RegExp(`^${process.pid} `));
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });

  it('that another one has made in the place of a left one stays', async () => {
    const { lock } = await lockSaying(of(process.pid), 0);
    await removeLeft(lock, of(ENDED));
    expect(await readFile(lock, 'utf8')).toBe(of(process.pid));
    await removeLeft(lock, of(process.pid));
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });
});
