import { randomUUID } from 'node:crypto';
import { access, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { makeFolder } from '../../adapters/files/make-folder.ts';
import { MANIFEST_FILE } from '../../adapters/files/model-folder.ts';
import { InvalidInput } from '../../core/errors.ts';

/**
 * Makes a folder whole or not at all: it is filled under another name beside its place, and renamed at the end. A model
 * that is there already is replaced; anything else is left alone.
 *
 * @throws {InvalidInput} when something that is no model stands at `path`; whatever `fill` throws
 */
export async function replaceModelFolder(
  path: string,
  fill: (temporary: string) => Promise<void>,
): Promise<void> {
  const target = resolve(path);
  await requireReplaceable(target);
  await makeFolder(dirname(target));
  const temporary = join(dirname(target), `.${basename(target)}.${randomUUID()}`);
  const previous = `${temporary}.previous`;
  await mkdir(temporary);
  try {
    await fill(temporary);
    const hadOne = await rename(target, previous).then(
      () => true,
      () => false,
    );
    await rename(temporary, target).catch(async (error: unknown) => {
      if (hadOne) await rename(previous, target);
      throw error;
    });
    await rm(previous, { recursive: true, force: true });
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function requireReplaceable(target: string): Promise<void> {
  const isModel = await access(join(target, MANIFEST_FILE)).then(
    () => true,
    () => false,
  );
  const held = await readdir(target).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? [] : ['a file'],
  );
  if (isModel || held.length === 0) return;
  throw new InvalidInput('The model has no place to go', [
    `Expected an empty place or a model at ${target} but found ${held.slice(0, 5).join(', ')}`,
  ]);
}
