#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it.
import { existsSync } from 'node:fs';
import module from 'node:module';

/** A checkout runs its sources; an installed package, which never has a lock file, what `npm run build` made of them. */
const isCheckout = existsSync(new URL('../package-lock.json', import.meta.url));

async function fromSources() {
  if (!process.features.typescript) {
    const { register } = await import('tsx/esm/api');
    // Without this, tsx would read whatever tsconfig.json lies in the user's working directory.
    register({ tsconfig: false });
  }
  return import('./cliptag.ts');
}

async function fromBuild() {
  // Node 22.8 and newer keep compiled code in the system's folder for temporary files, and the next start is quicker.
  module.enableCompileCache?.();
  return import('../dist/cliptag.js');
}

const { cliptag } = await (isCheckout ? fromSources() : fromBuild());
process.exitCode = await cliptag(process.argv.slice(2));
