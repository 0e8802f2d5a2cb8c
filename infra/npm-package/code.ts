import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { relative } from 'node:path';
import { build, type Plugin } from 'esbuild';
import { PACKAGE_FOLDER, packagePath } from '../../functions/adapters/files/package-folder.ts';
import { BUNDLE_OPTIONS, englishOnly } from '../packaging/bundle-options.ts';
import { CLIENT_ENTRY, ENTRIES } from './places.ts';

/** Each runs in a process of its own: drawing.ts and translation.ts look for them beside themselves. */
const DECODING_WORKERS = {
  'drawing-worker': 'functions/adapters/sharp/drawing-worker.mjs',
  'heic-worker': 'functions/adapters/wasm/heic-worker.mjs',
  'jxl-worker': 'functions/adapters/wasm/jxl-worker.mjs',
};
/** Runs on a thread of its own, and engine.ts looks for it beside itself. */
const ENGINE_WORKER = 'functions/local/dynamodb/engine-worker.mjs';

/** Packages that npm installs, and the bundler, which nobody needs once everything is bundled. */
const INSTALLED = ['classic-level', 'aws-cdk-lib', 'constructs', 'esbuild', 'jxl-oxide-wasm'];

/** Replaces code in one file of a package. The build fails when another version of the package has not got it. */
function replacement(file: RegExp, code: RegExp, by: string): Plugin {
  return {
    name: `replacement in ${file}`,
    setup: (build) =>
      build.onLoad({ filter: file }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (text.search(code) < 0) return { errors: [{ text: `Expected ${code} in ${path}` }] };
        return { contents: text.replace(code, by) };
      }),
  };
}

/**
 * ONNX Runtime's library comes from `dist/onnxruntime`: the package onnxruntime-node has an install script that downloads
 * CUDA, and libraries for all that it can do.
 */
const onnxruntimeLibrary = replacement(
  /onnxruntime-node[\\/]dist[\\/]binding\.js$/,
  /require\(`\.\.\/bin\/napi-v6\/[^`]+`\)/,
  `require(${JSON.stringify(packagePath('infra', 'npm-package', 'onnxruntime-library.cjs'))})`,
);

/** sharp's JavaScript is bundled, since it is sixty files with all that it loads; its library comes from the package. */
const sharpLibrary = replacement(
  /sharp[\\/]dist[\\/]sharp\.mjs$/,
  /const require = createRequire\(import\.meta\.url\);/,
  "const require = createRequire(createRequire(import.meta.url).resolve('sharp'));",
);

/** The bundler finds what dynalite requires by a computed name once that has its extension. */
const dynaliteActions = replacement(
  /dynalite[\\/]index\.js$/,
  /require\('\.\/(actions|validations)\/' \+ action\)/g,
  "require('./$1/' + action + '.js')",
);

/**
 * `import … from 'node:http'` makes Node read every property of the module to know its exports, and reading WebSocket loads
 * all of undici; `require` reads none. Each importer has a `require` of its own: shared ones would be thirty small files.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup: (build) => {
    const builtins = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    build.onResolve({ filter: builtins }, ({ kind, path, importer }) =>
      kind === 'import-statement' || kind === 'dynamic-import'
        ? {
            path: path.replace(/^node:/, ''),
            namespace: 'builtin',
            suffix: `?${relative(PACKAGE_FOLDER, importer)}`,
          }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require('node:${path}');`,
    }));
  },
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
    entryPoints: { ...ENTRIES, ...DECODING_WORKERS, 'engine-worker': ENGINE_WORKER },
    outdir: folder,
    entryNames: '[name]',
    // All in one folder: code finds the workers and the shared libraries beside itself.
    chunkNames: '[name]-[hash]',
    splitting: true,
    minify: false,
    minifySyntax: true,
    minifyWhitespace: true,
    // Node prints the line that an uncaught error comes from.
    lineLimit: 160,
    legalComments: 'none',
    external: INSTALLED,
    plugins: [onnxruntimeLibrary, sharpLibrary, dynaliteActions, englishOnly, builtinsByRequire],
    metafile: true,
  });
  return packagesOf(Object.values(metafile.outputs).flatMap((output) => Object.keys(output.inputs)));
}

/** The folders of the packages that files are of. */
export function packagesOf(files: readonly string[]): ReadonlySet<string> {
  return new Set(
    files.flatMap((path) => /^node_modules\/(.+\/node_modules\/)?(@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? []),
  );
}

/** Bundles the client of the HTTP API, which runs wherever there is `fetch`. Fails where it needs anything else. */
export async function bundleClient(folder: string): Promise<void> {
  const { metafile } = await build({
    absWorkingDir: PACKAGE_FOLDER,
    entryPoints: CLIENT_ENTRY,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'neutral',
    format: 'esm',
    target: 'es2022',
    minifySyntax: true,
    metafile: true,
    logLevel: 'silent',
  });
  const foreign = Object.keys(metafile.inputs).filter((path) => !path.startsWith('functions/'));
  if (foreign.length > 0)
    throw new Error(`Expected a client of own code alone, not of ${foreign.join(', ')}`);
}
