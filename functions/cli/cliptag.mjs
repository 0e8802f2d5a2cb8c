#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it. Packages in node_modules never have their types stripped by Node.
const nodeStripsTypes = process.features.typescript && !import.meta.url.includes('/node_modules/');
if (!nodeStripsTypes) {
  // Every command needs zod, a hundred files: what is loaded before tsx stands between takes half the time.
  const [{ register }] = await Promise.all([import('tsx/esm/api'), import('zod')]);
  // Without this, tsx would read whatever tsconfig.json lies in the user's working directory.
  register({ tsconfig: false });
}
const { main } = await import('./main.ts');
process.exitCode = await main(process.argv.slice(2));
