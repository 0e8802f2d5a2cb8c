import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { printable } from '../../core/printable.ts';
import { countText } from '../../terminal/amounts.ts';
import type { FolderObjects } from '../s3-endpoint/folder-objects.ts';
import { folderHints } from './folder-hints.ts';
import {
  codeOf,
  type FolderScan,
  isEntered,
  isFolder,
  isIn,
  isPicturePath,
  isSame,
  type ScannedFile,
  scanFolder,
} from './folder-scan.ts';
import { heldPictures } from './held-pictures.ts';
import type { MountMemory } from './mount-memory.ts';
import { passedSince, settlingFiles } from './settling-files.ts';
import type { FolderIdentity } from './vanished-folders.ts';

export interface FolderWatch {
  /** Looks at all of the folder now, and resolves once it has done so. What has changed is taken over soon after. */
  look(): Promise<void>;
  close(): Promise<void>;
}

export interface FolderWatchOptions {
  /** An absolute path. */
  readonly root: string;
  /** What the keys of its pictures begin with. */
  readonly prefix: string;
  readonly objects: FolderObjects;
  /** Folders below it that hold none of its pictures, by their absolute paths. */
  readonly isLeftOut: (path: string) => boolean;
  readonly remark: (text: string) => void;
  /** For so long a file must stay as it is, which may be on its way. @default 1.5 seconds */
  readonly settleMilliseconds?: number;
  /** Between looks at all of the folder, for what the system does not tell of. @default 5 minutes */
  readonly lookMilliseconds?: number;
  /** Between looks for a folder that has gone. @default 2 seconds */
  readonly awayMilliseconds?: number;
  /** More pictures than this stay where a folder in it disappears with them, or comes up empty. @default 500 */
  readonly maximumVanished?: number | undefined;
  readonly mounts: MountMemory;
  /** @default as the file system says */
  readonly identityOf?: (path: string) => Promise<FolderIdentity>;
}

/** More than people delete between two looks, far fewer than a drive has that is not mounted. */
export const DEFAULT_MAXIMUM_VANISHED = 500;

/** Between looks at files that may still be written. */
const PULSE_MILLISECONDS = 250;

/**
 * Has objects follow the pictures of a folder: new and changed files become objects once they have been written whole, objects of files
 * that are gone are removed. A folder that is not there, or comes up empty where it was not, as one that is not mounted, keeps its
 * objects until it is back, and so does one in it.
 */
export function watchFolder(options: FolderWatchOptions): FolderWatch {
  const { root, prefix, objects, remark, settleMilliseconds = 1_500 } = options;
  const { lookMilliseconds = 5 * 60_000, awayMilliseconds = 2_000 } = options;
  const known = new Map<string, ScannedFile>();
  const told = new Set<string>();
  const ending = new AbortController();
  const isClosed = () => ending.signal.aborted;
  let isAway = false;
  /** Of the folder whose files were seen last: another one in its place may lack them for another reason. */
  let identity: string | undefined;
  let folders: ReadonlyMap<string, FolderIdentity> = new Map();
  let lookedAt = 0;
  let lookTook = 0;
  let foundAt = 0;
  let isLookWanted = true;
  let working: Promise<void> | undefined;

  const files = settlingFiles({
    absolute: (path) => join(root, path),
    settleMilliseconds,
    takeOver,
    isHalted: () => isClosed() || isAway,
    onFault: (path, error) =>
      tellOnce(`${printable(join(root, path))} cannot be taken over: ${codeOf(error)}`),
  });
  const held = heldPictures({ ...options, maximum: options.maximumVanished ?? DEFAULT_MAXIMUM_VANISHED });

  const hints = folderHints({
    root,
    onHint: (path) => {
      if (isPicturePath(path)) files.mark(path);
      else void noteFolder(path);
    },
    onFault: (error) =>
      tellOnce(
        `${printable(root)} is looked at every ${lookMilliseconds / 1_000} seconds only: the system watches no more folders (${codeOf(error)})`,
      ),
  });

  function tellOnce(text: string): void {
    if (told.has(text)) return;
    told.add(text);
    remark(text);
  }

  const loaded = (async () => {
    for (const { key, ...file } of await objects.list(prefix, root))
      known.set(key.slice(prefix.length), file);
    await held.load();
  })();

  /** @returns whether the folder is there, and is the one whose files are known */
  async function isHere(scan?: FolderScan): Promise<boolean> {
    const entry = await stat(root).catch(() => undefined);
    const found = entry?.isDirectory() ? `${entry.dev}:${entry.ino}` : undefined;
    const isEmptied = scan?.files.size === 0 && known.size > 0 && found !== identity;
    if (found === undefined || isEmptied || (!scan && found !== identity)) return false;
    if (scan) identity = found;
    return true;
  }

  function setAway(isGone: boolean): void {
    if (isGone === isAway) return;
    isAway = isGone;
    const name = printable(root);
    if (!isGone) remark(`${name} is ${known.size > 0 ? 'back' : 'there'}`);
    else if (known.size === 0) remark(`${name} is not there: it is looked for until it comes`);
    else {
      const pictures = `${countText(known.size)} pictures`;
      remark(
        `${name} is not there, or empty as a folder that is not mounted: its ${pictures} stay until it is back`,
      );
    }
    if (isGone) files.clear();
  }

  async function lookNow(): Promise<void> {
    isLookWanted = false;
    const begun = performance.now();
    await lookAround();
    lookedAt = Date.now();
    lookTook = performance.now() - begun;
  }

  async function lookAround(): Promise<void> {
    const scan = await scanFolder(root, { ...options, onFolder: hints.open }).catch(() => undefined);
    if (!scan || !(await isHere(scan))) {
      hints.close();
      return setAway(true);
    }
    setAway(false);
    if (held.count() > 0) await forgetDeleted();
    hints.keep([...scan.folders.keys()]);
    for (const [path, file] of scan.files) if (!isSame(known.get(path), file)) files.mark(path);
    const missing = [...known.keys()].filter(
      (path) =>
        !(scan.files.has(path) || files.has(path)) && !scan.unreadable.some((folder) => isIn(folder, path)),
    );
    const staying = await held.among(missing, { scan, before: folders });
    folders = scan.folders;
    for (const path of missing) if (!staying.has(path)) files.mark(path);
    for (const name of scan.unnameable) {
      tellOnce(`${printable(join(root, name))} is left out: its name is no UTF-8, which keys of objects are`);
    }
    for (const folder of scan.unreadable) tellOnce(`${printable(join(root, folder))} cannot be read`);
  }

  /** Objects that stay without their files may be deleted by whoever does not want them. */
  async function forgetDeleted(): Promise<void> {
    const listed = new Set((await objects.list(prefix, root)).map(({ key }) => key));
    for (const path of known.keys()) if (!listed.has(`${prefix}${path}`)) known.delete(path);
  }

  /** A folder has come or gone, perhaps with all that is in it. Files that are no pictures come and go as they like. */
  async function noteFolder(path: string): Promise<void> {
    if (!path.split('/').every((name) => name === '' || isEntered(name))) return;
    const wasOne = folders.has(path);
    if (wasOne) hints.forget(path);
    const isOne = await isFolder(join(root, path));
    if (wasOne && !isOne) held.tellGone(path);
    isLookWanted ||= wasOne || isOne;
  }

  /** @returns whether that is all for now */
  async function takeOver(path: string, file: ScannedFile | undefined): Promise<boolean> {
    const key = `${prefix}${path}`;
    if (!file) {
      if (!known.has(path)) return true;
      if (!(await isHere()) || (await held.isUnmounted(path))) {
        isLookWanted = true;
        return true;
      }
      await objects.remove(key);
      known.delete(path);
      return true;
    }
    if (isSame(known.get(path), file)) return true;
    const outcome = await objects.put(key, join(root, path), ending.signal);
    if (outcome === 'put' || outcome === 'deleted') known.set(path, file);
    if (outcome === 'taken') {
      tellOnce(`${printable(join(root, path))} is left out: an upload has the key ${printable(key)}`);
    }
    return outcome !== 'changing';
  }

  /** The system does not tell that the folder itself has gone, or that another one has come in its place. */
  async function lookForRoot(): Promise<void> {
    if (isAway || passedSince(foundAt) < awayMilliseconds) return;
    foundAt = Date.now();
    if (await isHere()) return;
    hints.close();
    isLookWanted = true;
  }

  async function pulse(): Promise<void> {
    await loaded;
    await lookForRoot();
    const patience = isAway ? awayMilliseconds : lookMilliseconds;
    const idle = passedSince(lookedAt);
    // A tenth of the time at most: a large folder takes a while.
    if ((isLookWanted && !isAway && idle >= 9 * lookTook) || idle >= patience) await lookNow();
    if (isAway) return;
    await files.pulse();
  }

  function work(): Promise<void> {
    working ??= pulse()
      .catch((error: unknown) => tellOnce(`${printable(root)} cannot be followed: ${error}`))
      .finally(() => {
        working = undefined;
      });
    return working;
  }

  const timer = setInterval(() => void work(), PULSE_MILLISECONDS);
  timer.unref();
  void work();
  return {
    async look() {
      await working;
      isLookWanted = true;
      lookedAt = 0;
      await work();
    },
    async close() {
      ending.abort();
      clearInterval(timer);
      hints.close();
      await working;
      await files.ended();
    },
  };
}
