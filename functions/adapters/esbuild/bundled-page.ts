import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { extname, posix, relative } from 'node:path';
import { PACKAGE_FOLDER, packagePath } from '../files/package-folder.ts';

/** The page as browsers load it. */
export interface BundledPage {
  /** By their paths relative to the page, `page.html` itself included; all others have their content's hash in their names. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** What was bundled, sources and packages, relative to the repository. */
  readonly inputs: readonly string[];
}

/** Where its sources are, relative to the repository. */
export const PAGE_SOURCES = 'functions/page';
const SCRIPT = 'page.tsx';
const STYLE = 'page.css';
const DOCUMENT = 'page.html';
/** Shipped as they are. */
const PICTURES: ReadonlySet<string> = new Set(['.svg', '.png']);

/**
 * Bundles `functions/page` in memory: `page.tsx` with all that it imports, `page.css`, and the pictures beside them.
 * `page.html` names these as if they lay beside it (`href="page.css"`, `src="page.js"`, `href="icon.svg"`), and comes out with the names
 * that they have got.
 *
 * @throws Error with the places of the faults when the sources don't compile
 */
export async function bundlePage(): Promise<BundledPage> {
  // Part of a checkout only: a package has the page bundled.
  const { build } = await import('esbuild');
  const { outputFiles, metafile } = await build({
    absWorkingDir: PACKAGE_FOLDER,
    entryPoints: [SCRIPT, STYLE].map((name) => `${PAGE_SOURCES}/${name}`),
    ...{ bundle: true, splitting: true, format: 'esm', minify: true, target: 'es2022', charset: 'utf8' },
    ...{ jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none', logLevel: 'silent' },
    loader: { '.svg': 'file', '.png': 'file', '.woff2': 'file' },
    ...{ outdir: PAGE_SOURCES, entryNames: 'assets/[name]-[hash]', chunkNames: 'assets/[name]-[hash]' },
    ...{ assetNames: 'assets/[name]-[hash]', write: false, metafile: true },
  });
  const bundled = outputFiles.map(
    ({ path, contents }) => [slashed(relative(packagePath(PAGE_SOURCES), path)), contents] as const,
  );
  const pictures = await readPictures();
  const named = new Map([
    ...bundled.map(([path]) => [plainName(path), path] as const),
    ...pictures.map(([path]) => [plainName(path), path] as const),
  ]);
  const document = await readFile(packagePath(PAGE_SOURCES, DOCUMENT), 'utf8');
  const html = document.replace(/(?<=\s(?:href|src)=")[\w.-]+(?=")/g, (name) => named.get(name) ?? name);
  return {
    files: new Map([[DOCUMENT, Buffer.from(html)], ...bundled, ...pictures]),
    inputs: Object.keys(metafile.inputs),
  };
}

async function readPictures(): Promise<ReadonlyArray<readonly [path: string, bytes: Uint8Array]>> {
  const names = (await readdir(packagePath(PAGE_SOURCES))).filter((name) => PICTURES.has(extname(name)));
  return Promise.all(
    names.map(async (name) => {
      const bytes = await readFile(packagePath(PAGE_SOURCES, name));
      const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
      return [`assets/${name.replace(/(?=\.\w+$)/, `-${hash}`)}`, bytes] as const;
    }),
  );
}

/** `page.js` of `assets/page-4QXA5J7M.js`. */
function plainName(path: string): string {
  return posix.basename(path).replace(/-[^-.]+(?=\.\w+$)/, '');
}

function slashed(path: string): string {
  return path.replaceAll('\\', '/');
}
