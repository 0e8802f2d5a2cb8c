import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { writeAtomically } from '../../adapters/files/atomic-write.ts';

/** Remembers on which folders below a watched one something was mounted, beyond the end of the process. */
export interface MountMemory {
  /** By their paths below the watched folder. */
  of(root: string): Promise<ReadonlySet<string>>;
  note(root: string, mounts: ReadonlySet<string>): Promise<void>;
}

const NOTES = z.record(z.string(), z.array(z.string()));

/** @param file what is damaged there, or not there, counts as nothing */
export function mountMemory(file: string): MountMemory {
  let read: Promise<Record<string, readonly string[]>> | undefined;
  let writing = Promise.resolve();
  const noted = () => {
    read ??= readFile(file, 'utf8').then(parsed, () => ({}));
    return read;
  };
  return {
    async of(root) {
      return new Set((await noted())[root] ?? []);
    },
    async note(root, mounts) {
      const all = await noted();
      const now = [...mounts].sort();
      if (String(all[root] ?? []) === String(now)) return;
      all[root] = now;
      writing = writing.catch(() => {}).then(() => writeAtomically(file, `${JSON.stringify(all)}\n`));
      await writing;
    },
  };
}

function parsed(text: string): Record<string, readonly string[]> {
  try {
    return NOTES.parse(JSON.parse(text));
  } catch {
    return {};
  }
}
