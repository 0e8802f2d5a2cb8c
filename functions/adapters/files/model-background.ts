import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Background } from '../../core/calibration/background.ts';
import { packedEmbeddings, unpackedEmbeddings } from '../../core/calibration/packed-background.ts';
import { InvalidInput } from '../../core/errors.ts';
import { writeAtomically } from './atomic-write.ts';
import { MANIFEST_FILE, type Model } from './model-folder.ts';

const BACKGROUND_FILE = 'background.bin';

/**
 * The pictures of many kinds that come with a model; undefined where it has none.
 *
 * @throws {InvalidInput} when the file is not what the manifest says
 */
export async function readBackground({ folder, manifest, digest }: Model): Promise<Background | undefined> {
  const { background, embeddingSize } = manifest;
  if (!background) return undefined;
  const path = join(folder, background.path);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw notTheOne(path, `Expected a file but received ${error.code}`);
  });
  const expected = background.pictures * embeddingSize;
  if (bytes.length !== expected || bytes.length !== background.bytes) {
    throw notTheOne(path, `Expected ${expected} bytes but found ${bytes.length}`);
  }
  const found = createHash('sha256').update(bytes).digest('hex');
  if (found !== background.sha256)
    throw notTheOne(path, `Expected SHA-256 ${background.sha256} but found ${found}`);
  const packed = new Int8Array(bytes.buffer, bytes.byteOffset, bytes.length);
  return { ...unpackedEmbeddings(packed, embeddingSize, digest), temperature: background.temperature };
}

/** Puts pictures of many kinds beside a model's other files; those that were there are replaced. */
export async function writeBackground({ folder }: Model, background: Background): Promise<void> {
  const packed = packedEmbeddings(background);
  const bytes = new Uint8Array(packed.buffer, packed.byteOffset, packed.length);
  const path = join(folder, MANIFEST_FILE);
  const manifest: object = JSON.parse(await readFile(path, 'utf8'));
  const entry = {
    path: BACKGROUND_FILE,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    bytes: bytes.length,
    pictures: background.count,
    ...(background.temperature !== undefined && { temperature: background.temperature }),
  };
  await writeAtomically(join(folder, BACKGROUND_FILE), bytes);
  await writeAtomically(path, `${JSON.stringify({ ...manifest, background: entry }, null, 2)}\n`);
}

function notTheOne(path: string, fault: string): InvalidInput {
  return new InvalidInput(`${path} is not the background that the model's manifest names`, [fault]);
}
