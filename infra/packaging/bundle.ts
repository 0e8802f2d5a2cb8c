import { join } from 'node:path';
import type { BuildOptions } from 'esbuild';
import { PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';
import { BUNDLE_OPTIONS, TEXT_BUNDLE_OPTIONS } from './bundle-options.ts';

const FUNCTIONS = join(PACKAGE_FOLDER, 'functions');
const HANDLER = join(FUNCTIONS, 'tag-images', 'handler.ts');
/** The function that retags is another command of the same image, since it needs the same label sets. */
const RETAG_HANDLER = join(FUNCTIONS, 'retag', 'handler.ts');
/** So is the function that serves the API, which needs the model and the label sets. */
const API_HANDLER = join(FUNCTIONS, 'serve-api', 'handler.ts');
/** Each runs in a process of its own. drawing.ts and translation.ts look for them beside themselves: beside the bundle. */
const WORKERS = {
  'drawing-worker': join(FUNCTIONS, 'adapters', 'sharp', 'drawing-worker.mjs'),
  'heic-worker': join(FUNCTIONS, 'adapters', 'wasm', 'heic-worker.mjs'),
  'jxl-worker': join(FUNCTIONS, 'adapters', 'wasm', 'jxl-worker.mjs'),
};
const CANARY_HANDLER = join(FUNCTIONS, 'canary', 'handler.ts');
const BACKFILL_HANDLER = join(FUNCTIONS, 'backfill', 'handler.ts');

/** Shared libraries can't be bundled: the image takes them from npm. All JavaScript around them is bundled. */
const NATIVE_FILES = ['@img/sharp-*', 'onnxruntime-node/bin/*'];

/**
 * Writes `handler.mjs`, `retag.mjs` and the programs that decode, each with all its JavaScript: every file that is opened
 * at a cold start may be fetched from afar, and code that is left out needs no parsing. Notices that the code carries
 * stand beside them in `*.LEGAL.txt`. The same sources give the same bytes.
 */
export async function bundleHandler(folder: string): Promise<void> {
  await bundle({
    entryPoints: { handler: HANDLER, retag: RETAG_HANDLER, ...WORKERS },
    outdir: folder,
    entryNames: '[name]',
    external: NATIVE_FILES,
  });
}

/** Writes `api.mjs`, which stands beside those where there is an API. */
export async function bundleApi(folder: string): Promise<void> {
  const entryPoints = { api: API_HANDLER };
  await bundle({
    ...TEXT_BUNDLE_OPTIONS,
    entryPoints,
    outdir: folder,
    entryNames: '[name]',
    external: NATIVE_FILES,
  });
}

/** Writes `handler.mjs` of the function that feeds a backfill's objects to the queue. */
export async function bundleBackfill(folder: string): Promise<void> {
  await bundle({ entryPoints: [BACKFILL_HANDLER], outdir: folder });
}

/** Writes `handler.mjs` of the canary. */
export async function bundleCanary(folder: string): Promise<void> {
  await bundle({ entryPoints: [CANARY_HANDLER], outdir: folder });
}

/** The bundler is a development dependency, which an installed package has no use for. */
async function bundle(options: BuildOptions): Promise<void> {
  const { build } = await import('esbuild');
  await build({ ...BUNDLE_OPTIONS, ...options });
}
