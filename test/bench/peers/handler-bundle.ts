import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { packagePath } from '../../../functions/adapters/files/package-folder.ts';
import { BUNDLE_OPTIONS } from '../../../infra/packaging/bundle-options.ts';

/** A program, bundled as a function is. */
export interface HandlerBundle {
  readonly path: string;
  remove(): Promise<void>;
}

/**
 * Bundles `handler-run.ts` with the options of the functions: what translates sources in the process would be measured with the
 * handler, and V8 would look for garbage in its heap. Label sets are read from YAML here, so that no part is left out.
 */
export async function bundledHandler(): Promise<HandlerBundle> {
  // Below node_modules, where the shared libraries are found.
  const outdir = await mkdtemp(packagePath('node_modules', 'cliptag-bench-'));
  await build({
    ...BUNDLE_OPTIONS,
    plugins: BUNDLE_OPTIONS.plugins.filter(({ name }) => name !== 'unused-left-out'),
    entryPoints: [fileURLToPath(new URL('handler-run.ts', import.meta.url))],
    outdir,
    external: ['@img/sharp-*', 'onnxruntime-node/bin/*'],
  });
  return { path: join(outdir, 'handler-run.mjs'), remove: () => rm(outdir, { recursive: true }) };
}
