import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isIn, scanFolder } from '../../../../functions/local/watch/folder-scan.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

const LONGEST_PATH = 4_095;
const LONGEST_NAME = 255;

/** A folder below another, by names that leave no room for a file of such a name in its path. */
async function deepFolder(root: string): Promise<string> {
  let folder = '';
  while (join(root, folder).length + LONGEST_NAME < LONGEST_PATH) {
    folder = join(folder, 'd'.repeat(Math.min(LONGEST_NAME, LONGEST_PATH - join(root, folder).length - 2)));
    await mkdir(join(root, folder));
  }
  return folder;
}

describe('a look at a folder', () => {
  it.runIf(process.platform === 'linux')(
    'goes on beside a file of which nothing is told, whose folder then tells of no file that it is gone',
    async () => {
      const root = await temporaryFolder();
      await writeFile(join(root, 'a.jpg'), 'picture');
      const deep = await deepFolder(root);
      const handle = await open(join(root, deep));
      const file = `/proc/self/fd/${handle.fd}/${'x'.repeat(LONGEST_NAME - 4)}.jpg`;
      await writeFile(file, 'picture');
      // Nor could it be removed by its path.
      onTestFinished(() => rm(file).finally(() => handle.close()));
      const scan = await scanFolder(root, { isLeftOut: () => false, onFolder: () => {} });
      expect([[...scan.files.keys()], scan.unreadable]).toEqual([['a.jpg'], [deep]]);
    },
  );

  it.each([
    ['', 'a.jpg', true],
    ['', 'b/a.jpg', true],
    ['b', 'b/a.jpg', true],
    ['b', 'b/c/a.jpg', true],
    ['b', 'bc/a.jpg', false],
    ['b', 'b.jpg', false],
  ])('knows of what is in "%s" whether %s is: %s', (folder, path, isThere) => {
    expect(isIn(folder, path)).toBe(isThere);
  });
});
