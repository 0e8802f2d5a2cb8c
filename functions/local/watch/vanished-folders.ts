/** A folder, as the file system knows it under any name. */
export interface FolderIdentity {
  readonly device: number;
  readonly inode: number;
}

/** What a look at a watched folder has found. */
export interface FolderLook {
  /** Paths of all pictures that are there. */
  readonly files: { has(path: string): boolean; keys(): Iterable<string> };
  /** All folders that are there, `''` for the watched one. */
  readonly folders: ReadonlyMap<string, FolderIdentity>;
}

export interface HeldOptions {
  /** Pictures that are known and not there, of which the system has not told one by one. */
  readonly missing: readonly string[];
  /** Folders on which something was mounted when they were seen last. */
  readonly mounts: ReadonlySet<string>;
  /** Whether a folder is known to have been moved or deleted. */
  readonly isToldGone: (folder: string) => boolean;
  /** More pictures than this do not go with a folder at once. */
  readonly maximum: number;
}

/** Pictures that stay, though they are not there, by the folder that they went with. */
export interface HeldFolder {
  readonly reason: 'not mounted' | 'too many';
  readonly paths: readonly string[];
}

/**
 * Which of the pictures that are missing stay: those of folders that are not mounted any more, and those of a folder that has
 * disappeared or come up empty with more of them than somebody deletes by the way. Both look as if they had been deleted.
 *
 * @example
 * heldFolders(look, { missing: ['disk/a.jpg'], mounts: new Set(['disk']), isToldGone: () => true, maximum: 500 })
 * // Map { 'disk' => { reason: 'not mounted', paths: ['disk/a.jpg'] } }
 */
export function heldFolders(
  look: FolderLook,
  { missing, mounts, isToldGone, maximum }: HeldOptions,
): ReadonlyMap<string, HeldFolder> {
  const inhabited = new Set([...look.files.keys()].flatMap(foldersAbove));
  const unmounted = new Set([...mounts].filter((folder) => !isMountPoint(folder, look.folders)));
  const gone = new Map<string, { reason: HeldFolder['reason']; paths: string[] }>();
  for (const path of missing) {
    const above = foldersAbove(path);
    const mount = above.find((folder) => unmounted.has(folder));
    if (mount === undefined && above.some(isToldGone)) continue;
    const folder = mount ?? above.find((one) => !inhabited.has(one));
    if (folder === undefined) continue;
    const reason = mount === undefined ? 'too many' : 'not mounted';
    const one = gone.get(folder) ?? { reason, paths: [] };
    one.paths.push(path);
    gone.set(folder, one);
  }
  for (const [folder, { reason, paths }] of gone) {
    if (reason === 'too many' && paths.length <= maximum) gone.delete(folder);
  }
  return gone;
}

/** Folders on which something is mounted: another device than that of the folder they are in. */
export function mountPoints(folders: ReadonlyMap<string, FolderIdentity>): readonly string[] {
  return [...folders.keys()].filter((folder) => isMountPoint(folder, folders));
}

function isMountPoint(folder: string, folders: ReadonlyMap<string, FolderIdentity>): boolean {
  const device = folders.get(folder)?.device;
  const [parent] = foldersAbove(folder).slice(-1);
  return folder !== '' && device !== undefined && device !== folders.get(parent ?? '')?.device;
}

/**
 * The folders that a path is in, the outermost first.
 *
 * @example
 * foldersAbove('2025/may/a.jpg') // ['', '2025', '2025/may']
 */
export function foldersAbove(path: string): readonly string[] {
  const names = path.split('/').slice(0, -1);
  return ['', ...names.map((_, at) => names.slice(0, at + 1).join('/'))];
}
