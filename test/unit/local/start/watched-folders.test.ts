import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FolderObjects } from '../../../../functions/local/s3-endpoint/folder-objects.ts';
import { followFolders, watchedFolders } from '../../../../functions/local/start/watched-folders.ts';
import { isPictureName, isPicturePath } from '../../../../functions/local/watch/folder-scan.ts';
import { temporaryFolder } from '../../../fixtures/temporary-folder.ts';

describe('folders to watch', () => {
  it('are named by their last name, and may come later', async () => {
    const folder = await temporaryFolder();
    const roots = [join(folder, 'Pictures'), join(folder, 'Scans')];
    expect(watchedFolders([`${roots[0]}/`, `${roots[1]}/../Scans`], '.cliptag')).toEqual([
      { root: roots[0], prefix: 'Pictures/' },
      { root: roots[1], prefix: 'Scans/' },
    ]);
  });

  it('are rejected where keys or deletions would mix, all at once', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'a'));
    await writeFile(join(folder, 'file'), '');
    const paths = ['a', 'a/b', 'c/a', 'file', 'data/s3'].map((path) => join(folder, path));
    expect(() => watchedFolders(paths, join(folder, 'data'))).toThrow(
      [
        `--watch: ${folder}/a/b and another folder are in each other`,
        '--watch: two folders have the name a',
        `--watch: expected a folder but received ${folder}/file`,
        `--watch: ${folder}/data/s3 is in the data folder ${folder}/data`,
      ].join('; '),
    );
  });

  it('are where links lead', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real', 'data', 'thumbnails'), { recursive: true });
    await symlink(join(folder, 'real'), join(folder, 'link'));
    const data = join(folder, 'real', 'data');
    const watched = (...paths: string[]) => watchedFolders(paths, data);
    expect(() => watched(join(folder, 'link', 'data', 'thumbnails'))).toThrow('is in the data folder');
    expect(() => watched(join(folder, 'link', 'data', 'later'))).toThrow('is in the data folder');
    expect(() => watched(join(folder, 'link'), join(folder, 'real'))).toThrow('are in each other');
    expect(watched(join(folder, 'link'))).toHaveLength(1);
  });

  it('leave out the data folder, by whichever way it is reached', async () => {
    const folder = await temporaryFolder();
    await mkdir(join(folder, 'real', 'data'), { recursive: true });
    await symlink(join(folder, 'real'), join(folder, 'link'));
    await writeFile(join(folder, 'real', 'data', 'thumbnail.webp'), 'x');
    await writeFile(join(folder, 'real', 'a.jpg'), 'x');
    const dataFolder = join(folder, 'real', 'data');
    const put: string[] = [];
    const objects: FolderObjects = {
      list: async () => [],
      put: async (key) => {
        put.push(key);
        return 'put';
      },
      remove: async () => {},
    };
    const followed = followFolders(watchedFolders([join(folder, 'link')], dataFolder), {
      ...{ s3: { folderObjects: () => objects }, mode: 'reference', dataFolder, remark: () => {} },
    });
    onTestFinished(() => followed.close());
    await expect.poll(() => put).toEqual(['link/a.jpg']);
  });

  it('may hold the data folder', async () => {
    const folder = await temporaryFolder();
    expect(watchedFolders([folder], join(folder, 'data'))).toHaveLength(1);
  });
});

describe('pictures in a watched folder', () => {
  it.each(['a.jpg', 'A.JPEG', 'x/y/ä.heic', 'raw/1.CR3'])('are %s', (path) =>
    expect(isPicturePath(path)).toBe(true),
  );

  it.each([
    ...[
      'a.txt',
      'a',
      'a.jpg.tmp',
      'a.jpg.part',
      'a.crdownload',
      '.a.jpg',
      '._a.jpg',
      '~a.jpg',
      'Thumbs.db',
      '.DS_Store',
    ],
    ...['@eaDir/a.jpg', 'x/@eaDir/a.jpg', '.git/a.jpg', '#recycle/a.jpg', 'x/.thumbnails/a.jpg', '', '/'],
  ])('are not %j', (path) => expect(isPicturePath(path)).toBe(false));

  it('are told of any name without a fault, and never hidden ones', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        (name) => !isPictureName(`.${name}`) && [true, false].includes(isPictureName(name)),
      ),
    );
  });
});
