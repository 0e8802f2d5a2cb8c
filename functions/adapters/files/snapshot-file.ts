import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { SnapshotStore } from '../../core/search/collection/snapshot-store.ts';

/** As much as is read at once. */
const CHUNK_BYTES = 2 ** 20;

/**
 * Keeps snapshots in a file of this machine, which one process at a time writes. A new one is written beside it first, so
 * that there is always a whole one.
 */
export function snapshotFile(path: string): SnapshotStore {
  return {
    async read() {
      const file = await open(path).catch(missing);
      return file && createReadStream(path, { fd: file, highWaterMark: CHUNK_BYTES });
    },
    async write({ chunks }) {
      await mkdir(dirname(path), { recursive: true });
      const unfinished = `${path}.new`;
      const file = await open(unfinished, 'w');
      try {
        for (const chunk of chunks) await writeAll(file, chunk);
        await file.sync();
      } catch (error) {
        await file.close();
        await rm(unfinished, { force: true });
        throw error;
      }
      await file.close();
      await rename(unfinished, path);
    },
  };
}

type OpenFile = Awaited<ReturnType<typeof open>>;

async function writeAll(file: OpenFile, bytes: Uint8Array): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    written += (await file.write(bytes, written)).bytesWritten;
  }
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
