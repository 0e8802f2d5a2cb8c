import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRecentImages } from '../../../../functions/local/page-server/recent-images.ts';

let folder: string;
let file: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-recent-'));
  file = join(folder, 'recent.jsonl');
});
afterEach(() => rm(folder, { recursive: true }));

const image = (key: string | number) => ({ bucket: 'photos', key: String(key) });
const faults: string[] = [];
const open = (maximum = 3) => openRecentImages(file, maximum, (message) => faults.push(message));
const keys = (recent: Awaited<ReturnType<typeof open>>) => recent.list().map(({ key }) => key);

describe('the list of recent images', () => {
  it('holds the newest, each once, the newest last, also after the next start', async () => {
    const recent = await open();
    expect(recent.isNew).toBe(true);
    for (const key of ['a', 'b', 'a', 'c', 'd']) recent.note(image(key));
    expect(keys(recent)).toEqual(['a', 'c', 'd']);
    recent.forget(image('c'));
    recent.forget(image('never noted'));
    await recent.close();

    const next = await open();
    expect(next.isNew).toBe(false);
    expect(keys(next)).toEqual(['a', 'd']);
    expect(next.has(image('a'))).toBe(true);
    expect(next.has(image('c'))).toBe(false);
  });

  it('keeps keys with any characters, in buckets of their own', async () => {
    const recent = await open();
    const names = [image('a\nb'), image('"ü\u2028\\'), { bucket: 'other', key: 'a\nb' }];
    for (const name of names) recent.note(name);
    await recent.close();
    expect((await open()).list()).toEqual(names);
  });

  it('leaves out a line that was cut short, and none after it', async () => {
    const recent = await open();
    recent.note(image('a'));
    await recent.close();
    await appendFile(file, '\n{"bucket":"photos","key":"b');
    const next = await open();
    next.note(image('c'));
    await next.close();
    expect(keys(await open())).toEqual(['a', 'c']);
  });

  it('leaves out lines that are something else', async () => {
    await writeFile(file, '\nnull\n7\n[]\n{"bucket":7,"key":"a"}\n{"bucket":"photos","key":"b"}');
    expect(keys(await open())).toEqual(['b']);
  });

  it('does not let its file grow with every image', async () => {
    const recent = await open();
    for (let number = 0; number < 1_000; number++) recent.note(image(number));
    await recent.close();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.length).toBeLessThanOrEqual(12);
    expect(keys(await open())).toEqual(['997', '998', '999']);
  });

  it('goes on without its file, and says so once', async () => {
    file = join(folder, 'no such folder', 'recent.jsonl');
    const recent = await open();
    recent.note(image('a'));
    recent.note(image('b'));
    await recent.close();
    expect(keys(recent)).toEqual(['a', 'b']);
    expect(faults).toEqual([expect.stringContaining('cannot be kept')]);
  });
});
