import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_OPTIONS } from './bundle-options.ts';

const HANDLER = fileURLToPath(new URL('../../functions/tag-images/handler.ts', import.meta.url));
/** Of the function that retags: another command of the same image, since it needs the same label sets. */
const RETAG_HANDLER = fileURLToPath(new URL('../../functions/retag/handler.ts', import.meta.url));
/** Runs in a process of its own, and drawing.ts looks for it beside itself, so beside the bundle. */
const DRAWING_WORKER = fileURLToPath(
  new URL('../../functions/adapters/sharp/drawing-worker.mjs', import.meta.url),
);

/** What the image takes from npm as it is: shared libraries can't be bundled, all JavaScript around them is. */
const NATIVE_FILES = ['@img/sharp-*', 'onnxruntime-node/bin/*'];

/**
 * Writes `handler.mjs`, `retag.mjs` and `drawing-worker.mjs`, each with all its JavaScript: at a cold start every file that
 * is opened may be fetched from afar, and what is not there needs no parsing. Notices that the code carries stand
 * beside them in `*.LEGAL.txt`. The same sources give the same bytes.
 */
export async function bundleHandler(folder: string): Promise<void> {
  await build({
    ...BUNDLE_OPTIONS,
    entryPoints: { handler: HANDLER, retag: RETAG_HANDLER, 'drawing-worker': DRAWING_WORKER },
    outdir: folder,
    entryNames: '[name]',
    external: NATIVE_FILES,
  });
}
