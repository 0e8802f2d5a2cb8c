import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundlePage } from '../../functions/adapters/esbuild/bundled-page.ts';
import { packagesOf } from './code.ts';

/**
 * Writes the local pipeline's page as browsers load it.
 *
 * @returns the folders of all packages that it holds code of, relative to the repository
 */
export async function writePage(folder: string): Promise<ReadonlySet<string>> {
  const { files, inputs } = await bundlePage();
  for (const [name, bytes] of files) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, bytes);
  }
  return packagesOf(inputs);
}
