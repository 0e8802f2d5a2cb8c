import { describe, expect, it } from 'vitest';
import {
  type FolderIdentity,
  heldFolders,
  mountPoints,
} from '../../../../functions/local/watch/vanished-folders.ts';

const ROOT = 1;
const DISK = 2;

function look(files: readonly string[], devices: Readonly<Record<string, number>>) {
  const folders = new Map<string, FolderIdentity>([['', { device: ROOT, inode: 1 }]]);
  for (const [folder, device] of Object.entries(devices))
    folders.set(folder, { device, inode: folders.size + 1 });
  return { files: new Set(files), folders };
}

const many = (folder: string, count = 4) => Array.from({ length: count }, (_, i) => `${folder}/${i}.jpg`);
const MAXIMUM = 3;

function held(
  found: ReturnType<typeof look>,
  missing: readonly string[],
  { mounts = [], told = [] }: { mounts?: readonly string[]; told?: readonly string[] } = {},
) {
  const options = {
    missing,
    mounts: new Set(mounts),
    isToldGone: (folder: string) => told.includes(folder),
    maximum: MAXIMUM,
  };
  return Object.fromEntries(
    [...heldFolders(found, options)].map(([folder, { reason, paths }]) => [folder, [reason, paths.length]]),
  );
}

describe('pictures that are missing', () => {
  it.each([
    [
      'with a folder that was on a device of its own, and is empty now',
      look(['a.jpg'], { disk: ROOT }),
      ['disk/b.jpg'],
    ],
    ['with one that is not even there any more', look(['a.jpg'], {}), ['disk/b.jpg']],
    ['with one in whose place other pictures lie', look(['disk/other.jpg'], { disk: ROOT }), ['disk/b.jpg']],
    ['at any depth of it', look(['a.jpg'], { disk: ROOT }), ['disk/x/y/b.jpg']],
  ])('stay %s', (_, found, missing) => {
    expect(held(found, missing, { mounts: ['disk'], told: ['disk'] })).toEqual({ disk: ['not mounted', 1] });
  });

  it('go from a device that is mounted', () => {
    expect(held(look(['a.jpg'], { disk: DISK }), ['disk/b.jpg'], { mounts: ['disk'] })).toEqual({});
  });

  it('stay with the device that is not mounted, where one is mounted in another', () => {
    const found = look(['disk/a.jpg'], { disk: DISK, 'disk/inner': DISK });
    expect(held(found, ['disk/inner/b.jpg', 'disk/c.jpg'], { mounts: ['disk', 'disk/inner'] })).toEqual({
      'disk/inner': ['not mounted', 1],
    });
  });

  it('stay where more of them than the maximum disappear with one folder, the outermost', () => {
    const missing = [...many('2025/may', 2), ...many('2025/june', 2), 'b.jpg'];
    expect(held(look(['a.jpg'], {}), missing)).toEqual({ 2025: ['too many', 4] });
    expect(held(look(['2025/a.jpg'], { 2025: ROOT }), missing)).toEqual({});
  });

  it('stay where all of a watched folder is empty', () => {
    expect(held(look([], {}), many('a'))).toEqual({ '': ['too many', 4] });
  });

  it('go where they are no more than the maximum, one by one, or with a folder that is told to be gone', () => {
    expect(held(look(['a.jpg'], {}), many('2025', MAXIMUM))).toEqual({});
    expect(held(look(['2025/a.jpg'], { 2025: ROOT }), many('2025'))).toEqual({});
    expect(held(look(['a.jpg'], {}), many('2025/may'), { told: ['2025/may'] })).toEqual({});
    expect(held(look([], {}), many('2025'), { told: ['2025'] })).toEqual({});
  });
});

it('folders on other devices than those they are in are mount points', () => {
  const { folders } = look([], { disk: DISK, 'disk/a': DISK, 'disk/back': ROOT, b: ROOT });
  expect(mountPoints(folders)).toEqual(['disk', 'disk/back']);
});
