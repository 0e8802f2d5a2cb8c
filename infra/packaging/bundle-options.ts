import { readFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import type { BuildOptions, Plugin } from 'esbuild';
import { PACKAGE_FOLDER } from '../../functions/adapters/files/package-folder.ts';

/**
 * onnxruntime-node looks for its library relative to a file that is in the bundle now. The build fails when another
 * version looks otherwise.
 */
const onnxruntimeBinding: Plugin = {
  name: 'onnxruntime-binding',
  setup: (build) =>
    build.onLoad({ filter: /onnxruntime-node[\\/]dist[\\/]binding\.js$/ }, async ({ path }) => {
      const parts = (await readFile(path, 'utf8')).split('`../bin/');
      if (parts.length !== 2)
        return { errors: [{ text: `Expected one library of ONNX Runtime in ${path}` }] };
      return { contents: parts.join('`onnxruntime-node/bin/') };
    }),
};

/** Error messages in forty languages: half of zod. */
export const englishOnly: Plugin = {
  name: 'english-only',
  setup: (build) =>
    build.onLoad({ filter: /zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, () => ({
      contents: "export { default as en } from './en.js';",
    })),
};

/**
 * `import … from 'node:http'` makes Node read every property of the module to know its exports; one of them is
 * WebSocket, and reading it loads all of undici. `require` reads none.
 */
const builtinsByRequire: Plugin = {
  name: 'builtins-by-require',
  setup: (build) => {
    const builtins = new RegExp(`^(node:)?(${builtinModules.join('|')})$`);
    build.onResolve({ filter: builtins }, ({ kind, path }) =>
      kind === 'import-statement' || kind === 'dynamic-import'
        ? { path: path.replace(/^node:/, ''), namespace: 'builtin' }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({
      contents: `module.exports = require('node:${path}');`,
    }));
  },
};

/**
 * Parts of undici that no request of a function comes to, half of it: bodies of forms, HTTP/2, and a parser for processors
 * without SIMD, which Lambda has none of.
 */
const undiciParts: Plugin = {
  name: 'undici-parts',
  setup: (build) =>
    build.onLoad(
      { filter: /undici[\\/]lib[\\/](web[\\/].*|dispatcher[\\/]client-h2|llhttp[\\/]llhttp-wasm)\.js$/ },
      () => ({
        contents: 'module.exports = {};',
      }),
    ),
};

/** Needed only for what the image has precompiled: label sets are JSON there, and no text is encoded. */
const UNUSED: Readonly<Record<string, readonly string[]>> = {
  yaml: ['LineCounter', 'isMap', 'isNode', 'isScalar', 'parseDocument', 'visit'],
  'entities/decode': ['decodeHTML', 'decodeHTMLStrict'],
  '@huggingface/tokenizers': ['Tokenizer'],
};

/** Leaves packages out, whatever is imported from them. */
const leftOut = (names: readonly string[]): Plugin => ({
  name: 'unused-left-out',
  setup: (build) => {
    const unused = new RegExp(`^(${names.join('|')})$`);
    build.onResolve({ filter: unused }, ({ path }) => ({ path, namespace: 'unused' }));
    build.onLoad({ filter: /.*/, namespace: 'unused' }, ({ path }) => ({
      contents: [
        `function leftOut() { throw new Error('${path} is no part of the image: build it again'); }`,
        ...(UNUSED[path] ?? []).map((name) => `export { leftOut as ${name} };`),
      ].join('\n'),
    }));
  },
});

/** Packages written as CommonJS, and the built-in modules, are required. */
const REQUIRE = `import { createRequire as createRequireOfBundle } from 'node:module';
const require = createRequireOfBundle(import.meta.url);`;

/** How every function's code is bundled: all its JavaScript in one file. The same sources give the same bytes. */
export const BUNDLE_OPTIONS = {
  // Names of files appear in the output and must not depend on where the caller stands.
  absWorkingDir: PACKAGE_FOLDER,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  minify: true,
  legalComments: 'external',
  platform: 'node',
  format: 'esm',
  target: 'node20',
  // ES modules where a package has both kinds: only the parts of them that are used are taken.
  mainFields: ['module', 'main'],
  banner: { js: REQUIRE },
  plugins: [onnxruntimeBinding, englishOnly, builtinsByRequire, undiciParts, leftOut(Object.keys(UNUSED))],
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** The same for a function that encodes texts, as searches do. */
export const TEXT_BUNDLE_OPTIONS = {
  ...BUNDLE_OPTIONS,
  plugins: [onnxruntimeBinding, englishOnly, builtinsByRequire, undiciParts, leftOut(['yaml'])],
} as const satisfies BuildOptions;
