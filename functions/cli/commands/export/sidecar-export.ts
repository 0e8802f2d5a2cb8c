import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makeFolder } from '../../../adapters/files/make-folder.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { type BroaderLabels, keywordsOf } from '../../sidecars/keywords.ts';
import type { SidecarCounts } from '../../sidecars/sidecar-counts.ts';
import { sidecarStyle } from '../../sidecars/sidecar-flags.ts';
import { isShortened, sidecarPath } from '../../sidecars/sidecar-path.ts';
import { isWritten, writtenSidecar } from '../../sidecars/written-sidecar.ts';
import type { ExportFlags } from './export-flags.ts';
import type { ExportedImage } from './exported-images.ts';

/** Writes the sidecar of each image. */
export type WriteSidecar = (image: ExportedImage) => Promise<void>;

/**
 * @param folder made where it is not there
 * @throws {UsageError} when it is no folder; the writer, for images of a second bucket where all would go to one folder
 */
export async function sidecarWriter(
  folder: string,
  { flags, broader, counts }: { flags: ExportFlags; broader: BroaderLabels; counts: SidecarCounts },
): Promise<WriteSidecar> {
  await madeFolder(folder);
  const { naming, form } = sidecarStyle(flags);
  const isByBucket = flags['by-bucket'] ?? false;
  const taken = new Set<string>();
  const written = new Set<string>();
  let only: string | undefined;
  return async (image) => {
    const { bucket, key, tags } = image;
    only ??= bucket;
    if (bucket !== only && !isByBucket) throw severalBuckets(only, bucket);
    const named = isByBucket ? `${bucket}/${key}` : key;
    const path = sidecarPath(named, naming);
    const name = `s3://${bucket}/${key}`;
    const refuse = (reason: string) => counts.count({ image: name }, { state: 'refused', reason });
    if (!path) return refuse('its key is no path below the folder');
    const joined = path.join('/');
    const file = join(folder, ...path);
    if (taken.has(joined) || written.has((await identityOf(file)) ?? '')) {
      return refuse(`${joined} is the sidecar of another image`);
    }
    taken.add(joined);
    const keywords = keywordsOf(tags, broader, flags.root);
    const became = await writtenSidecar(folder, path, keywords, form);
    counts.count({ image: name, sidecar: joined }, became);
    if (isWritten(became) && isShortened(named, naming)) counts.noteShortened(name);
    const identity = await identityOf(file);
    if (identity !== undefined) written.add(identity);
  };
}

/** Two names may be one file's: `A.jpg` and `a.jpg` where the system takes them for one, or by a link. */
async function identityOf(file: string): Promise<string | undefined> {
  const found = await lstat(file, { bigint: true }).catch(() => undefined);
  return found && `${found.dev}:${found.ino}`;
}

async function madeFolder(folder: string): Promise<void> {
  const failed = ({ code }: NodeJS.ErrnoException): never => {
    throw new UsageError([`--xmp: cannot make the folder ${folder} (${code})`]);
  };
  const found = await stat(folder).catch(() => undefined);
  if (found && !found.isDirectory())
    throw new UsageError([`--xmp: expected a folder but ${folder} is a file`]);
  await makeFolder(folder).catch(failed);
}

function severalBuckets(one: string, other: string): UsageError {
  return new UsageError([
    `--xmp: images of ${one} and of ${other} would share a folder: expected bucket:${one} in the QUERY, or --by-bucket`,
  ]);
}
