import { relative } from 'node:path';
import { checkBase, DOCKERFILES, renewBase } from './pinned-base.ts';

/**
 * `npm run pin:base`: pins the base images of the functions and of the home server to what their tags stand for now, so that
 * every deployment is built on the very same image until somebody renews it. With `--check` it only says whether the pinned
 * images can be had, are for both processors, and are still those of their tags. One that fails keeps the other from nothing.
 */
const isCheck = process.argv.includes('--check');
for (const file of DOCKERFILES) {
  const name = relative(process.cwd(), file);
  try {
    console.log(`${name}: ${await (isCheck ? checkBase(file) : renewBase(file, new Date()))}`);
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
