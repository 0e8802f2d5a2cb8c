import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ThumbnailStore } from '../../core/thumbnails/thumbnail-store.ts';

/** Of a name, for the folder in the folder: so that none has tens of thousands of files. */
const FOLDER_DIGITS = 2;

/**
 * Thumbnails as files below a folder, which is made when the first one comes. It is a cache: nothing is flushed to the disk, and
 * the user may empty it.
 */
export function thumbnailFolder(folder: string): ThumbnailStore {
  const fileOf = (name: string) => join(folder, name.slice(0, FOLDER_DIGITS), checkedName(name));
  let writes = 0;
  return {
    put: async (name, webp) => {
      const file = fileOf(name);
      await mkdir(dirname(file), { recursive: true });
      // Two runs may put the same one at once, and who reads sees all of it or nothing.
      const draft = `${file}.${process.pid}-${writes++}`;
      await writeFile(draft, webp);
      await rename(draft, file).catch(async (error: unknown) => {
        await rm(draft, { force: true });
        throw error;
      });
    },
    delete: (name) => rm(fileOf(name), { force: true }),
    get: (name) =>
      readFile(fileOf(name)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return undefined;
        throw error;
      }),
  };
}

/** A name leads to no other folder. */
function checkedName(name: string): string {
  if (/^[\w-]+\.webp$/.test(name)) return name;
  throw new Error(`Expected the name of a thumbnail but received ${JSON.stringify(name)}`);
}
