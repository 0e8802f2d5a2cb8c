import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { BUNDLE_PLUGINS } from './bundle-plugins.ts';

const REPOSITORY = fileURLToPath(new URL('../..', import.meta.url));
const HANDLER = fileURLToPath(new URL('handler.ts', import.meta.url));
/** Of the function that retags: another command of the same image, since it needs the same label sets. */
const RETAG_HANDLER = fileURLToPath(new URL('../retag/handler.ts', import.meta.url));
/** Runs in a process of its own, and sharp-drawing.ts looks for it beside itself, so beside the bundle. */
const DRAWING_WORKER = fileURLToPath(new URL('../adapters/sharp-drawing-worker.mjs', import.meta.url));

/** What the image takes from npm as it is: shared libraries can't be bundled, all JavaScript around them is. */
const NATIVE_FILES = ['@img/sharp-*', 'onnxruntime-node/bin/*'];

/** Packages written as CommonJS, and the built-in modules, are required. */
const REQUIRE = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

/**
 * Writes `handler.mjs`, `retag.mjs` and `sharp-drawing-worker.mjs`, each with all its JavaScript: at a cold start every file that
 * is opened may be fetched from afar, and what is not there needs no parsing. Notices that the code carries stand
 * beside them in `*.LEGAL.txt`. The same sources give the same bytes.
 */
export async function bundleHandler(folder: string): Promise<void> {
  await build({
    // Names of files appear in what is written: they must not depend on where the caller stands.
    absWorkingDir: REPOSITORY,
    entryPoints: { handler: HANDLER, retag: RETAG_HANDLER, 'sharp-drawing-worker': DRAWING_WORKER },
    outdir: folder,
    entryNames: '[name]',
    outExtension: { '.js': '.mjs' },
    bundle: true,
    minify: true,
    legalComments: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Of a package that has both, the ES modules: of those only what is used is taken.
    mainFields: ['module', 'main'],
    external: NATIVE_FILES,
    banner: { js: REQUIRE },
    plugins: BUNDLE_PLUGINS,
    logLevel: 'silent',
  });
}
