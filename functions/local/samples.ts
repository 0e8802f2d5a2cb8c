import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket } from '../adapters/aws/s3-bucket.ts';
import { packagePath } from '../adapters/files/package-folder.ts';

export const SAMPLE_FOLDER = packagePath('functions', 'local', 'samples');

/** The names of the photographs that come with the project; whatever a system has put beside them is none. */
export async function sampleNames(): Promise<readonly string[]> {
  return (await readdir(SAMPLE_FOLDER)).filter((name) => /^\w.*\.(jpg|png)$/.test(name)).sort();
}

/** Whether this data folder has had its samples. They are uploaded once, so that deleting one is final. */
export function samplesWereUploaded(dataFolder: string): boolean {
  return existsSync(markerFile(dataFolder));
}

export async function uploadSamples(bucket: Bucket, dataFolder: string): Promise<void> {
  await Promise.all(
    (await sampleNames()).map(async (name) => {
      const bytes = await readFile(join(SAMPLE_FOLDER, name));
      await bucket.put(name, bytes, bytes.length, name.endsWith('.png') ? 'image/png' : 'image/jpeg');
    }),
  );
  await writeFile(markerFile(dataFolder), '');
}

function markerFile(dataFolder: string): string {
  return join(dataFolder, 'samples-uploaded');
}
