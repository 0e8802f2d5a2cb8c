import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { withPinDay } from '../../functions/core/base-image-age.ts';
import { baseImageIn, digestOf, withDigest } from './base-image.ts';

/** The Dockerfiles of the functions and of the home server. */
export const DOCKERFILES: readonly string[] = [
  join(import.meta.dirname, 'Dockerfile'),
  packagePath('Dockerfile'),
];

/**
 * Pins the base image of a Dockerfile to what its tag stands for now; gives what came of it.
 *
 * @param now the day that the Dockerfile tells, where it tells one
 * @param origin where its registry is. @default as `digestOf` finds it
 */
export async function renewBase(file: string, now: Date, origin?: string): Promise<string> {
  const dockerfile = await readFile(file, 'utf8');
  const image = baseImageIn(dockerfile);
  const current = await digestOf(image, image.tag, origin);
  await writeFile(file, withPinDay(withDigest(dockerfile, current), now));
  const name = `${image.registry}/${image.repository}`;
  return current === image.digest
    ? `${name}@${current} stays`
    : `${name}:${image.tag} is pinned to ${current}`;
}

/**
 * Says whether the base image that a Dockerfile is pinned to can be had, is for both processors, and is still that of its tag.
 *
 * @throws Error when it is not pinned, or cannot be had
 */
export async function checkBase(file: string, origin?: string): Promise<string> {
  const image = baseImageIn(await readFile(file, 'utf8'));
  const name = `${image.registry}/${image.repository}`;
  if (!image.digest) throw new Error(`${name}:${image.tag} is not pinned: npm run pin:base`);
  await digestOf(image, image.digest, origin);
  const current = await digestOf(image, image.tag, origin);
  const state =
    current === image.digest ? 'is what the tag stands for' : `the tag has moved on to ${current}`;
  return `${name}@${image.digest} can be had; ${state}`;
}
