#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it. Packages in node_modules never have their types stripped by Node.
const nodeStripsTypes = process.features.typescript && !import.meta.url.includes('/node_modules/');
if (!nodeStripsTypes) {
  const { register } = await import('tsx/esm/api');
  // Without this, tsx would read whatever tsconfig.json lies in the user's working directory.
  register({ tsconfig: false });
}
const { cliptag } = await import('./cliptag.ts');
process.exitCode = await cliptag(process.argv.slice(2));
