import { execFile } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';
import type { Architecture } from './image-packages.ts';

/** ONNX Runtime brings 288 MB. */
const FETCH_LIMIT_MILLISECONDS = 600_000;

const manifestSchema = z.object({ dependencies: z.record(z.string(), z.string()) });

/**
 * A folder with `node_modules` of the packages with shared libraries or WebAssembly for a processor: this repository itself
 * where npm has installed them for it, or else one that npm fills by the lock file, of which no install script is run. It is
 * filled once for a lock file.
 *
 * @param locked folder of the lock file, as `writePackageLock` writes it
 * @param cache folder that filled folders are kept in
 * @throws Error with npm's own words when it cannot fetch them
 */
export async function nativePackages(
  locked: string,
  architecture: Architecture,
  cache: string,
): Promise<string> {
  const lock = await readFile(join(locked, 'package-lock.json'), 'utf8');
  const { dependencies } = manifestSchema.parse(
    JSON.parse(await readFile(join(locked, 'package.json'), 'utf8')),
  );
  if (isInstalled(PACKAGE_FOLDER, dependencies)) return PACKAGE_FOLDER;
  const filled = join(cache, createHash('sha256').update(lock).digest('hex').slice(0, 32));
  if (!isInstalled(filled, dependencies)) await fill(locked, filled, architecture);
  return filled;
}

function isInstalled(folder: string, dependencies: Readonly<Record<string, string>>): boolean {
  return Object.entries(dependencies).every(([name, version]) => {
    const manifest = join(folder, 'node_modules', name, 'package.json');
    return existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version === version;
  });
}

/** Moved to its place when it is whole: another process may fill it meanwhile. */
async function fill(locked: string, filled: string, architecture: Architecture): Promise<void> {
  const draft = `${filled}-${randomUUID()}`;
  try {
    await mkdir(draft, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) await cp(join(locked, name), join(draft, name));
    await fetchInto(draft, architecture);
    await rm(filled, { recursive: true, force: true });
    await rename(draft, filled);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function fetchInto(folder: string, architecture: Architecture): Promise<void> {
  const parameters = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund'];
  const isWindows = process.platform === 'win32';
  const options = { cwd: folder, timeout: FETCH_LIMIT_MILLISECONDS, shell: isWindows };
  try {
    await promisify(execFile)('npm', parameters, options);
  } catch (error) {
    const { stderr = '', message } = error as Error & { readonly stderr?: string };
    throw new Error(
      `npm could not fetch the packages with shared libraries for ${architecture}, which packaging zip needs: ${stderr.trim() || message}`,
    );
  }
}
