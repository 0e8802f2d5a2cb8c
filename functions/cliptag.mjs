#!/usr/bin/env node
// Plain JavaScript of 2019, so that any Node can start it, and the older ones get to the line that says why not.
import { existsSync, openSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

/** The lowest version in package.json's `engines`. */
const MINIMUM_NODE = 20;

// A checkout runs its sources; an installed package, which never has a lock file, what `npm run build` made of them.
const packageFolder = new URL('../', import.meta.url);
const isCheckout = existsSync(new URL('package-lock.json', packageFolder));
const args = process.argv.slice(2);

async function fromSources() {
  const { compiledSources } = await import('./compiled-sources.mjs');
  const compiled = await compiledSources();
  if (compiled) return import(compiled);
  if (!process.features.typescript) {
    // Commands that work need zod, a hundred files: what is loaded before tsx stands between takes half the time.
    const asksOnly = args.length === 0 || args.some((arg) => ['--help', '-h', '--version'].includes(arg));
    const [{ register }] = await Promise.all([import('tsx/esm/api'), asksOnly ? undefined : import('zod')]);
    // Without this, tsx would read whatever tsconfig.json lies in the user's working directory.
    register({ tsconfig: false });
  }
  return import('./cliptag.ts');
}

async function fromBuild() {
  return import(new URL('dist/cliptag.mjs', packageFolder).href);
}

/**
 * What esbuild starts for tsx, it starts in the folder that was the working directory when it was loaded; of one whose name
 * is no UTF-8, Node has no name that leads there, but Linux keeps one for what is open.
 */
async function fromSourcesAnywhere() {
  if (!process.cwd().includes('\ufffd')) return fromSources();
  const here = openSync('.', 'r');
  process.chdir(fileURLToPath(packageFolder));
  try {
    return await fromSources();
  } finally {
    process.chdir(`/proc/self/fd/${here}`);
  }
}

async function run() {
  // Node 22.8 and newer keep compiled code in the system's folder for temporary files, and the next start is quicker.
  if ('enableCompileCache' in module) module.enableCompileCache();
  const { cliptag } = await (isCheckout ? fromSourcesAnywhere() : fromBuild());
  process.exitCode = await cliptag(args);
}

/** What may go wrong before anything is loaded that could say it in a better way. */
function explainStart(error) {
  if (error.syscall === 'uv_cwd') refuse('the working directory is gone: go to another');
  const [, name] = /^Cannot find package '([^']+)'/.exec(error.message) || [];
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || name === undefined) throw error;
  refuse(
    isCheckout
      ? `the package ${name} is not installed, and a checkout needs those for development, too: run npm ci --include=dev`
      : `the package ${name} is not installed: install cliptag again`,
  );
}

function refuse(reason) {
  process.stderr.write(`cliptag: ${reason}\n`);
  process.exit(1);
}

const { node } = process.versions;
if (Number.parseInt(node, 10) >= MINIMUM_NODE) run().catch(explainStart);
else refuse(`Node ${MINIMUM_NODE} or newer is needed, and this is Node ${node} (${process.execPath})`);
