import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { utf8Text } from '../../adapters/files/utf8-text.ts';
import { type ModelSource, SOURCE_FILE, sourceSchema } from '../source-file.ts';
import { parseCheckpointJson } from './read/checkpoint-json.ts';

const UNKNOWN = 'unknown';

/**
 * What is known about a checkpoint's origin: `source.json` where it was pulled; else its folder's name, and the licence
 * that the front matter of its README.md declares, as the hub's model cards do. Everything else is `unknown`.
 *
 * @throws {InvalidInput} when source.json is malformed
 */
export async function modelSource(folder: string): Promise<ModelSource> {
  const path = join(folder, SOURCE_FILE);
  const json = await textOf(path);
  if (json !== undefined) return parseCheckpointJson(json, sourceSchema, path);
  const readme = (await textOf(join(folder, 'README.md'))) ?? '';
  return {
    source: basename(resolve(folder)),
    revision: UNKNOWN,
    licence: declaredLicence(readme) ?? UNKNOWN,
  };
}

/** The front matter is YAML between two lines of three dashes; the value of `license:` is one word. */
function declaredLicence(readme: string): string | undefined {
  const [, frontMatter] = /^---\r?\n(.*?)\r?\n---\s*$/ms.exec(readme) ?? [];
  const [, licence] = /^license:\s*["']?([\w.+-]+)["']?\s*$/m.exec(frontMatter ?? '') ?? [];
  return licence;
}

async function textOf(path: string): Promise<string | undefined> {
  const text = await readFile(path).catch(() => undefined);
  return text && utf8Text(text);
}
