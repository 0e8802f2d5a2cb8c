#!/usr/bin/env node
// Plain JavaScript of 2019, so that any Node can start it, and the older ones get to the line that says why not.
import { existsSync } from 'node:fs';
import module from 'node:module';

/** The lowest version in package.json's `engines`. */
const MINIMUM_NODE = 20;

// A checkout runs its sources; an installed package, which never has a lock file, what `npm run build` made of them.
const packageFolder = new URL('../', import.meta.url);
const isCheckout = existsSync(new URL('package-lock.json', packageFolder));
const args = process.argv.slice(2);

async function fromSources() {
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
  // Node 22.8 and newer keep compiled code in the system's folder for temporary files, and the next start is quicker.
  if ('enableCompileCache' in module) module.enableCompileCache();
  return import(new URL('dist/cliptag.mjs', packageFolder).href);
}

async function run() {
  const { cliptag } = await (isCheckout ? fromSources() : fromBuild());
  process.exitCode = await cliptag(args);
}

/** Before anything is loaded that could say it in a better way, only packages can be missing. */
function explainStart(error) {
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
