import { join } from 'node:path';
import { printable } from '../../core/printable.ts';
import { countText } from '../../terminal/amounts.ts';
import { type FolderScan, folderIdentity } from './folder-scan.ts';
import type { MountMemory } from './mount-memory.ts';
import {
  type FolderIdentity,
  foldersAbove,
  type HeldFolder,
  heldFolders,
  mountPoints,
} from './vanished-folders.ts';

/** Which pictures stay though they are not there, from look to look; says so. */
export interface HeldPictures {
  /** To be called before anything else. */
  load(): Promise<void>;
  /** Says that a folder has been moved or deleted: the system has told so. */
  tellGone(folder: string): void;
  /** Those of the missing ones that stay. */
  among(missing: readonly string[], look: Look): Promise<ReadonlySet<string>>;
  /** How many stayed at the last look. */
  count(): number;
  /** Whether a picture's folder has been on another device, which is not mounted now. */
  isUnmounted(path: string): Promise<boolean>;
}

interface Look {
  readonly scan: FolderScan;
  /** The folders of the look before. */
  readonly before: ReadonlyMap<string, FolderIdentity>;
}

export interface HeldPicturesOptions {
  /** An absolute path. */
  readonly root: string;
  readonly maximum: number;
  readonly mounts: MountMemory;
  readonly remark: (text: string) => void;
  readonly identityOf?: ((path: string) => Promise<FolderIdentity>) | undefined;
}

export function heldPictures(options: HeldPicturesOptions): HeldPictures {
  const { root, maximum, remark, identityOf = folderIdentity } = options;
  const toldGone = new Set<string>();
  let mounts: ReadonlySet<string> = new Set();
  let held: ReadonlyMap<string, HeldFolder> = new Map();

  function say(now: ReadonlyMap<string, HeldFolder>, { folders }: FolderScan): void {
    for (const [folder, { reason, paths }] of now) {
      if (held.has(folder)) continue;
      const name = printable(join(root, folder));
      const pictures =
        paths.length === 1 ? 'its picture stays' : `its ${countText(paths.length)} pictures stay`;
      remark(
        reason === 'not mounted'
          ? `${name} is not mounted: ${pictures} until it is back`
          : `${name} has disappeared, or come up empty: ${pictures}, as more than ${countText(maximum)} do not go at once. If they are meant to go, delete them from the bucket, or start with --watch-max-delete ${paths.length}`,
      );
    }
    for (const folder of held.keys()) {
      if (!now.has(folder) && folders.has(folder)) remark(`${printable(join(root, folder))} is back`);
    }
  }

  /** One that is not mounted is remembered for as long as pictures of it are missing. */
  async function remember({ folders }: FolderScan, now: ReadonlyMap<string, HeldFolder>): Promise<void> {
    mounts = new Set([...mountPoints(folders), ...[...mounts].filter((folder) => now.has(folder))]);
    await options.mounts.note(root, mounts).catch((error: unknown) => {
      remark(`What is mounted in ${printable(root)} cannot be noted: ${error}`);
    });
  }

  return {
    async load() {
      mounts = await options.mounts.of(root);
    },
    tellGone: (folder) => void toldGone.add(folder),
    async among(missing, { scan, before }) {
      const places = new Set([...scan.folders.values()].map(placeOf));
      const now = heldFolders(scan, {
        ...{ missing, mounts, maximum },
        isToldGone: (folder) =>
          toldGone.has(folder) || (!scan.folders.has(folder) && places.has(placeOf(before.get(folder)))),
      });
      toldGone.clear();
      say(now, scan);
      await remember(scan, now);
      held = now;
      return new Set([...now.values()].flatMap(({ paths }) => paths));
    },
    count: () => [...held.values()].reduce((sum, { paths }) => sum + paths.length, 0),
    async isUnmounted(path) {
      for (const folder of foldersAbove(path).filter((one) => mounts.has(one))) {
        const [parent = ''] = foldersAbove(folder).slice(-1);
        const [inner, outer] = await Promise.all(
          [folder, parent].map((one) => identityOf(join(root, one)).catch(() => undefined)),
        );
        if (inner === undefined || inner.device === outer?.device) return true;
      }
      return false;
    },
  };
}

function placeOf(identity: FolderIdentity | undefined): string {
  return identity ? `${identity.device}:${identity.inode}` : 'nowhere';
}
