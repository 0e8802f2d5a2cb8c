#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it.
import { existsSync } from 'node:fs';
import module from 'node:module';

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
  module.enableCompileCache?.();
  return import(new URL('dist/cliptag.mjs', packageFolder).href);
}

const { cliptag } = await (isCheckout ? fromSources() : fromBuild());
process.exitCode = await cliptag(args);
