import { type FSWatcher, watch } from 'node:fs';
import { join, sep } from 'node:path';

/** Tells of paths in a folder that may have changed, as far as the system tells. */
export interface FolderHints {
  /** To be told of a folder before it is read, so that nothing comes there between. */
  open(folder: string): void;
  /** To be told that another folder may stand in a folder's place: it and those below are not watched until they are opened anew. */
  forget(folder: string): void;
  /** To be told which folders there are: others are not watched any more. */
  keep(folders: readonly string[]): void;
  close(): void;
}

export interface FolderHintsOptions {
  readonly root: string;
  /** @param path below the folder, with `/` between names; `''` where the system does not say */
  readonly onHint: (path: string) => void;
  /** Told once where the system watches no more folders. */
  readonly onFault: (error: unknown) => void;
}

/** These watch all that is below a folder at once. */
const WATCHES_TREES = process.platform === 'darwin' || process.platform === 'win32';

/**
 * Our own code, because chokidar 4 and Node's recursive watching on Linux take one inotify watch for each file (301 for 300 pictures,
 * counted in `/proc/PID/fdinfo`), of which systems have some ten thousands for all programs: a library of pictures would use them
 * up. Here each folder takes one. Whatever the system does not tell is found by looking now and then.
 */
export function folderHints({ root, onHint, onFault }: FolderHintsOptions): FolderHints {
  const watchers = new Map<string, FSWatcher>();
  let hasFault = false;

  function open(folder: string): void {
    try {
      const watcher = watch(join(root, folder), { persistent: false, recursive: WATCHES_TREES });
      watchers.set(folder, watcher);
      watcher.on('change', (_, name) => onHint(pathOf(folder, name)));
      watcher.on('error', () => close(folder));
    } catch (error) {
      const isGone = (error as NodeJS.ErrnoException).code === 'ENOENT';
      if (!isGone && !hasFault) onFault(error);
      hasFault ||= !isGone;
    }
  }

  function close(folder: string): void {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  }

  return {
    open(folder) {
      const isWatched = watchers.has(folder) || (WATCHES_TREES && folder !== '');
      if (!isWatched) open(folder);
    },
    forget(folder) {
      for (const one of [...watchers.keys()]) if (`${one}/`.startsWith(`${folder}/`)) close(one);
    },
    keep(folders) {
      const there = new Set(folders);
      for (const folder of [...watchers.keys()]) if (!there.has(folder)) close(folder);
    },
    close() {
      for (const folder of [...watchers.keys()]) close(folder);
    },
  };
}

function pathOf(folder: string, name: string | Buffer | null): string {
  if (name === null) return folder;
  const below = String(name).replaceAll(sep, '/');
  return folder === '' ? below : `${folder}/${below}`;
}
