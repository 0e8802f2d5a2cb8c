/*
 * A checkout's sources, compiled: a start that reads hundreds of files and translates each takes three times as long. Plain JavaScript,
 * for it runs before anything is there that could translate it.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const COMPILER = fileURLToPath(import.meta.url);
const ENTRY = join('functions', 'cliptag.ts');
/** Below `node_modules`, where packages are found from, and which git ignores. */
const CACHE = join('node_modules', '.cache', 'cliptag');
const MODULE = 'cliptag.mjs';
/** Compiled with the sources; each of these is dozens of files. All others are loaded as they are. */
const COMPILED_PACKAGES = /^(zod|yaml|entities)(\/|$)/;
/** For packages that are written as CommonJS. */
const REQUIRE = `import { createRequire as createRequireOfSources } from 'node:module';
const require = createRequireOfSources(import.meta.url);`;
/** What was compiled before may still be in use, by processes that load more of it later: these say so now and then. */
const KEPT_MILLISECONDS = 24 * 60 * 60 * 1000;
const IN_USE_MILLISECONDS = 10 * 60 * 1000;

/**
 * The program's module, compiled of what the sources are now: by this start, where one of them has changed since the last.
 *
 * @returns its URL; undefined where nothing can be compiled or kept, as in a folder that may only be read
 */
export async function compiledSources(root = ROOT) {
  const folder = join(root, CACHE);
  const note = noteName(root);
  const path = moduleOf(root, folder, readNote(join(folder, note))) ?? (await compiled(root, folder, note));
  if (path === undefined) return undefined;
  sayInUse(dirname(path));
  return pathToFileURL(path).href;
}

/** From now on, for as long as this process lives. */
function sayInUse(folder) {
  const say = () => {
    const now = new Date();
    try {
      utimesSync(folder, now, now);
    } catch {
      // Another user's; that one's starts say it.
    }
  };
  say();
  setInterval(say, IN_USE_MILLISECONDS).unref();
}

/** Several checkouts may have one `node_modules`, by links. */
function noteName(root) {
  return `compiled-${createHash('sha256').update(root).digest('hex').slice(0, 8)}.json`;
}

function readNote(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** What a note tells of, if that is still what the sources say. A checkout may have been copied with its cache. */
function moduleOf(root, folder, note) {
  if (note?.root !== root || note.compiler !== stateOf(COMPILER)) return undefined;
  const path = join(folder, String(note.folder), MODULE);
  const isFresh = ([name, state]) => stateOf(join(root, name)) === state;
  if (stateOf(path) === undefined || !Object.entries(note.inputs ?? {}).every(isFresh)) return undefined;
  return path;
}

/** Differs once a file has changed: not even a copy that keeps its times keeps this one's last change of state. */
function stateOf(path) {
  const stats = statsOf(path);
  return stats && `${stats.size} ${stats.mtimeMs} ${stats.ctimeMs}`;
}

/** Nothing too where a file stands in the place of a folder, as in another branch. */
function statsOf(path) {
  try {
    return statSync(path);
  } catch {
    return undefined;
  }
}

async function compiled(root, folder, noteFile) {
  const name = `${process.pid}-${randomBytes(4).toString('hex')}`;
  try {
    // Where nothing can be kept, nothing is compiled.
    mkdirSync(join(folder, name), { recursive: true });
    const compiler = stateOf(COMPILER);
    const inputs = await compile(root, join(folder, name));
    // By renaming, so that a start reads the whole note; of starts that compile at once, the last one's stays.
    const note = join(folder, `${name}.json`);
    writeFileSync(note, JSON.stringify({ root, folder: name, compiler, inputs }));
    renameSync(note, join(folder, noteFile));
    removeOld(folder, [name, noteFile]);
    return join(folder, name, MODULE);
  } catch {
    // Whoever loads the sources one by one tells what is wrong with them, or with the packages.
    removeQuietly(join(folder, name));
    return undefined;
  }
}

/** @returns the state of each file that was read, as it was before */
async function compile(root, outdir) {
  const { build } = await import('esbuild');
  const states = new Map();
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: { cliptag: ENTRY },
    ...{ outdir, outExtension: { '.js': '.mjs' }, bundle: true, splitting: true, metafile: true },
    // For NODE_OPTIONS=--enable-source-maps; nothing else reads them.
    ...{ sourcemap: 'linked', sourcesContent: false },
    banner: { js: REQUIRE },
    define: { CLIPTAG_COMPILED_FOLDER: JSON.stringify(outdir) },
    ...{ platform: 'node', target: 'node20', format: 'esm', keepNames: true, logLevel: 'silent' },
    plugins: [packagesAsTheyAre, sourcesInPlace(states)],
  });
  const names = Object.keys(metafile.inputs);
  return Object.fromEntries(
    names.map((name) => [name, states.get(join(root, name)) ?? stateOf(join(root, name))]),
  );
}

const packagesAsTheyAre = {
  name: 'packages-as-they-are',
  setup({ onResolve }) {
    onResolve({ filter: /^[^./]/ }, ({ path, kind }) =>
      kind === 'entry-point' || COMPILED_PACKAGES.test(path) ? undefined : { path, external: true },
    );
  },
};

/** Files that lie beside sources are looked for there, not beside what was compiled. */
function sourcesInPlace(states) {
  return {
    name: 'sources-in-place',
    setup({ onLoad }) {
      onLoad({ filter: /\.m?[jt]s$/ }, ({ path }) => {
        states.set(path, stateOf(path));
        const source = readFileSync(path, 'utf8');
        const contents = source
          .replaceAll('import.meta.url', JSON.stringify(pathToFileURL(path).href))
          .replaceAll('import.meta.dirname', JSON.stringify(dirname(path)));
        return { contents, loader: path.endsWith('ts') ? 'ts' : 'js' };
      });
    },
  };
}

function removeOld(folder, current) {
  for (const { name } of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, name);
    const stats = statsOf(path);
    const isInUse = current.includes(name) || !stats || Date.now() - stats.mtimeMs < KEPT_MILLISECONDS;
    if (!isInUse) removeQuietly(path);
  }
}

function removeQuietly(path) {
  try {
    rmSync(path, { recursive: true, force: true });
  } catch {
    // It only takes room.
  }
}
