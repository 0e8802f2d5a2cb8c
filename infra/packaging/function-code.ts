import { copyFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { IS_CHECKOUT, PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';
import { bundleApi, bundleBackfill, bundleCanary, bundleHandler } from './bundle.ts';
import { contentFolder } from './content-folder.ts';
import { ARCHITECTURES, type Architecture, writePackageLock } from './image-packages.ts';
import { STATE_FOLDER } from './places.ts';

/** What `npm run build` makes by {@link bundleFunctions}: an installed package has neither sources nor a bundler. */
const PREBUILT_FOLDER = join(PACKAGE_FOLDER, 'dist', 'functions');

/** The Dockerfile of a checkout. */
const DOCKERFILE = join(PACKAGE_FOLDER, 'infra', 'packaging', 'Dockerfile');

let bundled: Promise<string> | undefined;

/**
 * The code of all functions: a checkout bundles its sources, once a process; an installed package brings it along.
 *
 * @returns path of a folder as {@link bundleFunctions} writes it
 */
export function functionCode(): Promise<string> {
  if (!IS_CHECKOUT) return Promise.resolve(PREBUILT_FOLDER);
  bundled ??= contentFolder(join(STATE_FOLDER, 'functions'), bundleFunctions);
  return bundled;
}

/** The packages with shared libraries that the image gets for a processor, within the folder of all code. */
export function packagesFolder(code: string, architecture: Architecture): string {
  return join(code, `packages-${architecture}`);
}

/**
 * Writes what the functions' images and archives are made of, all but the model and the label sets. The same sources give
 * the same bytes.
 *
 *     Dockerfile
 *     tag-images/           handler.mjs, retag.mjs, programs that decode, and the notices of what they contain
 *     api/                  api.mjs and its notices
 *     backfill/             handler.mjs and its notices
 *     canary/               handler.mjs and its notices
 *     packages-arm64/       package.json and package-lock.json of the packages that are not bundled
 *     packages-x86_64/
 */
export async function bundleFunctions(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await Promise.all([
    bundleHandler(join(folder, 'tag-images')),
    bundleApi(join(folder, 'api')),
    bundleBackfill(join(folder, 'backfill')),
    bundleCanary(join(folder, 'canary')),
    ...ARCHITECTURES.map((architecture) =>
      writePackageLock(PACKAGE_FOLDER, packagesFolder(folder, architecture), architecture),
    ),
    copyFile(DOCKERFILE, join(folder, 'Dockerfile')),
  ]);
}
