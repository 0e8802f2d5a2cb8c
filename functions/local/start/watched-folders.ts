import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { UsageError } from '../../terminal/exit-code.ts';
import { LOCAL_PIPELINE } from '../control-api/local-pipeline.ts';
import type { S3Endpoint } from '../s3-endpoint/s3-endpoint.ts';
import { type FolderWatch, watchFolder } from '../watch/folder-watch.ts';
import { mountMemory } from '../watch/mount-memory.ts';

export const WATCH_MODES = ['reference', 'copy'] as const;
export type WatchMode = (typeof WATCH_MODES)[number];

/** A folder whose pictures are tagged, and what their keys begin with. */
export interface WatchedFolder {
  readonly root: string;
  readonly prefix: string;
}

/**
 * The folders that are named, each with the prefix of its own name.
 *
 * @throws {UsageError} for what is no folder, for two of one name, and for folders in each other or in the data folder. One that is not
 *   there may come later, as a network drive does
 */
export function watchedFolders(paths: readonly string[], dataFolder: string): readonly WatchedFolder[] {
  const folders = paths.map((path) => {
    const root = resolve(path);
    return { root, prefix: `${basename(root) || 'root'}/` };
  });
  const data = resolve(dataFolder);
  const isWithin = (path: string, folder: string) => isBelow(placeOf(path), placeOf(folder));
  const faults = folders.flatMap(({ root, prefix }, i) => {
    const others = folders.slice(0, i);
    if (statSync(root, { throwIfNoEntry: false })?.isDirectory() === false)
      return [`expected a folder but received ${root}`];
    if (isWithin(root, data)) return [`${root} is in the data folder ${data}`];
    if (others.some((other) => isWithin(root, other.root) || isWithin(other.root, root))) {
      return [`${root} and another folder are in each other`];
    }
    return others.some((other) => other.prefix === prefix)
      ? [`two folders have the name ${prefix.slice(0, -1)}`]
      : [];
  });
  if (faults.length > 0) throw new UsageError(faults.map((fault) => `--watch: ${fault}`));
  return folders;
}

export interface FollowedFolders {
  close(): Promise<void>;
}

/** Has the local bucket follow them. */
export function followFolders(
  folders: readonly WatchedFolder[],
  {
    s3,
    mode,
    dataFolder,
    maximumVanished,
    remark,
  }: {
    readonly s3: Pick<S3Endpoint, 'folderObjects'>;
    readonly mode: WatchMode;
    readonly dataFolder: string;
    /** @default as many as a folder takes with it */
    readonly maximumVanished?: number | undefined;
    readonly remark: (text: string) => void;
  },
): FollowedFolders {
  const objects = s3.folderObjects({ bucket: LOCAL_PIPELINE.bucket, isCopied: mode === 'copy' });
  const data = placeOf(resolve(dataFolder));
  const isLeftOut = (path: string) => basename(path) === basename(data) && placeOf(path) === data;
  const mounts = mountMemory(join(dataFolder, 'watched-mounts.json'));
  const watches: FolderWatch[] = folders.map((folder) =>
    watchFolder({ ...folder, objects, remark, isLeftOut, mounts, maximumVanished }),
  );
  return {
    async close() {
      await Promise.all(watches.map((watch) => watch.close()));
    },
  };
}

/** Where a path leads, by links or not, as far as it is there: thumbnails in the data folder would have thumbnails without end. */
function placeOf(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    const parent = dirname(path);
    return parent === path ? path : join(placeOf(parent), basename(path));
  }
}

function isBelow(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way));
}
