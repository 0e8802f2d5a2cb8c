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

/** Too short to wait for, and long enough for a look or two. */
const SOON = { staleMilliseconds: 50 };

/** Longer than any machine is busy. */
const LATER = { staleMilliseconds: 3_600_000 };

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
    ['a process of this machine that is kept waiting', of(process.ppid), 60],
    ['a process of this machine, by a clock that is another day’s', of(process.ppid), -86_400],
  ])('of %s is waited for', async (_, text, seconds) => {
    await expectWait(await lockSaying(text, seconds), text, SOON);
  });

  it.each([
    ['a process elsewhere', of(ENDED, 'elsewhere')],
    ['a process elsewhere, of which a clock says that it is old', of(ENDED, 'elsewhere'), 3_600],
    ['a process of before that had this one’s number', of(process.pid)],
  ])('of %s is waited for a while', async (_, text, seconds = 0) => {
    await expectWait(await lockSaying(text, seconds), text, LATER);
  });

  /** Of a lock that goes after a moment. */
  async function expectWait(
    { path, lock }: Awaited<ReturnType<typeof lockSaying>>,
    text: string,
    options: typeof SOON,
  ): Promise<void> {
    let isOurs = false;
    const work = async () => {
      isOurs = true;
    };
    const working = locked(path, work, options);
    await pause(100);
    expect([isOurs, await readFile(lock, 'utf8')]).toEqual([false, text]);
    await rm(lock);
    await working;
    expect(isOurs).toBe(true);
  }

  it.each([
    ['a process elsewhere that must have died', of(process.ppid, 'elsewhere'), 0],
    ['a process elsewhere, by a clock that is an hour late', of(process.ppid, 'elsewhere'), -3_600],
    ['a process of before that had this one’s number', of(process.pid), 0],
    ['a process of an earlier version', '', 6],
  ])('of %s is taken in the end', async (_, text, seconds) => {
    const { path, lock } = await lockSaying(text, seconds);
    const seen = await locked(path, () => readFile(lock, 'utf8'), SOON);
    expect(seen).toMatch(new RegExp(`^${process.pid} `));
    expect(seen).not.toBe(text);
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });

  it('of a process of this machine that has died is taken at once', async () => {
    const { path, lock } = await lockSaying(of(ENDED), 0);
    expect(await locked(path, () => readFile(lock, 'utf8'))).toMatch(new RegExp(`^${process.pid} `));
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });

  it('that this process has for long is waited for by its other works', async () => {
    const path = join(await temporaryFolder(), 'file');
    const told: string[] = [];
    const slow = locked(path, async () => {
      await pause(200);
      told.push('slow');
    });
    await expect.poll(() => readFile(`${path}.lock`, 'utf8').catch(() => '')).not.toBe('');
    await locked(path, async () => void told.push('other'), SOON);
    await slow;
    expect(told).toEqual(['slow', 'other']);
  });

  it('that another one has made in the place of a left one stays', async () => {
    const { lock } = await lockSaying(of(process.pid), 0);
    await removeLeft(lock, of(ENDED));
    expect(await readFile(lock, 'utf8')).toBe(of(process.pid));
    await removeLeft(lock, of(process.pid));
    await expect(readFile(lock)).rejects.toThrow('ENOENT');
  });
});
