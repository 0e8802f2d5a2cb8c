import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const PACKAGE_NAME = 'cliptag';

/**
 * The folder of this package: the checkout, or `node_modules/cliptag`. Found upwards from this code, since the code
 * stands elsewhere once it is bundled; what is shipped as it is (models, label sets, pages) keeps its path in both.
 */
export const PACKAGE_FOLDER = packageFolderAbove(dirname(fileURLToPath(import.meta.url)));

/** Whether this is the repository and no installed package: npm never packs a lock file. */
export const IS_CHECKOUT = existsSync(join(PACKAGE_FOLDER, 'package-lock.json'));

/** The path of a file or folder that is shipped at its path in the repository. */
export function packagePath(...names: readonly string[]): string {
  return join(PACKAGE_FOLDER, ...names);
}

export function packageVersion(): string {
  return readManifest(PACKAGE_FOLDER)?.version ?? '';
}

function packageFolderAbove(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    if (readManifest(folder)?.name === PACKAGE_NAME) return folder;
    if (dirname(folder) === folder) throw new Error(`Expected the package ${PACKAGE_NAME} around ${start}`);
  }
}

function readManifest(folder: string): { name?: string; version?: string } | undefined {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return undefined;
  return JSON.parse(readFileSync(path, 'utf8'));
}
