import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { withPinDay } from '../../functions/core/base-image-age.ts';
import { baseImageIn, digestOf, withDigest } from './base-image.ts';

/**
 * `npm run pin:base`: pins the base image of the functions to what its tag stands for now, so that every deployment is built
 * on the very same image until somebody renews it. With `--check` it only says whether the pinned image can be had, is for
 * both processors, and is still that of the tag.
 */
const file = join(import.meta.dirname, 'Dockerfile');
const dockerfile = await readFile(file, 'utf8');
const image = baseImageIn(dockerfile);
const name = `${image.registry}/${image.repository}`;

if (process.argv.includes('--check')) {
  if (!image.digest) throw new Error(`${name}:${image.tag} is not pinned: npm run pin:base`);
  await digestOf(image, image.digest);
  const current = await digestOf(image, image.tag);
  const state =
    current === image.digest ? 'is what the tag stands for' : `the tag has moved on to ${current}`;
  console.log(`${name}@${image.digest} can be had; ${state}`);
} else {
  const current = await digestOf(image, image.tag);
  await writeFile(file, withPinDay(withDigest(dockerfile, current), new Date()));
  console.log(
    current === image.digest ? `${name}@${current} stays` : `${name}:${image.tag} is pinned to ${current}`,
  );
}
