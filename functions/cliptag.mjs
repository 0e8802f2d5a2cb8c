#!/usr/bin/env node
// Plain JavaScript, so that any Node can start it. Packages in node_modules never have their types stripped by Node.
const nodeStripsTypes = process.features.typescript && !import.meta.url.includes('/node_modules/');
const args = process.argv.slice(2);
if (!nodeStripsTypes) {
  // Commands that work need zod, a hundred files: what is loaded before tsx stands between takes half the time.
  const asksOnly = args.length === 0 || args.some((arg) => ['--help', '-h', '--version'].includes(arg));
  const [{ register }] = await Promise.all([import('tsx/esm/api'), asksOnly ? undefined : import('zod')]);
  // Without this, tsx would read whatever tsconfig.json lies in the user's working directory.
  register({ tsconfig: false });
}
const { cliptag } = await import('./cliptag.ts');
process.exitCode = await cliptag(args);
