import { readFile } from 'node:fs/promises';
import { build, type Plugin } from 'esbuild';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { BUNDLE_OPTIONS, builtinsByRequire, englishOnly } from '../packaging/bundle-options.ts';
import { ENTRIES } from './places.ts';

/** Runs in a process of its own, and sharp-drawing.ts looks for it beside itself. */
const DRAWING_WORKER = 'functions/adapters/sharp/sharp-drawing-worker.mjs';

/** Packages that npm installs: those with shared libraries, and the peers. The bundler has no use in a package. */
const INSTALLED = ['sharp', 'classic-level', 'aws-cdk-lib', 'constructs', 'esbuild'];

/** What onnxruntime-node 1.30 loads its library by. */
const REQUIRED_LIBRARY =
  'require(`../bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`)';
const OWN_LIBRARY = packagePath('infra', 'npm-package', 'onnxruntime-library.cjs');

/**
 * Loads ONNX Runtime's library from `dist/onnxruntime`. The package onnxruntime-node has an install script that downloads
 * CUDA, and libraries for all that it can do.
 */
const onnxruntimeLibrary: Plugin = {
  name: 'onnxruntime-library',
  setup: (build) =>
    build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      if (!text.includes(REQUIRED_LIBRARY))
        return { errors: [{ text: `Expected ${REQUIRED_LIBRARY} in ${path}` }] };
      return { contents: text.replace(REQUIRED_LIBRARY, () => `require(${JSON.stringify(OWN_LIBRARY)})`) };
    }),
};

/**
 * Bundles everything but the packages that npm installs, with code splitting: a command loads only what it needs, and two
 * commands have one copy of what both need. Names are kept, for stack traces.
 *
 * @returns the folders of all packages that the bundles hold code of, relative to the repository
 */
export async function bundlePackage(folder: string): Promise<ReadonlySet<string>> {
  const { metafile } = await build({
    ...BUNDLE_OPTIONS,
    entryPoints: { ...ENTRIES, 'sharp-drawing-worker': DRAWING_WORKER },
    outdir: folder,
    outExtension: {},
    entryNames: '[name]',
    // All in one folder: code finds the drawing worker and the shared libraries beside itself.
    chunkNames: '[name]-[hash]',
    splitting: true,
    minify: false,
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: 'none',
    external: INSTALLED.flatMap((name) => [name, `${name}/*`]),
    plugins: [onnxruntimeLibrary, englishOnly, builtinsByRequire],
    metafile: true,
  });
  const inputs = Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs));
  return new Set(inputs.flatMap((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []));
}
