import { readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { z } from 'zod';
import { parseJson } from './read/checkpoint-json.ts';

/** Where weights come from, as a manifest says it. */
export interface ModelSource {
  readonly source: string;
  readonly revision: string;
  readonly licence: string;
}

/** What `models pull` leaves in a checkpoint's folder. */
const SOURCE_FILE = 'source.json';
const sourceSchema = z.object({
  source: z.string().min(1),
  revision: z.string().min(1),
  licence: z.string().min(1),
});

const UNKNOWN = 'unknown';

/**
 * What is known of a checkpoint's origin: from `source.json` where it was pulled; else its folder's name, and the
 * licence that the front matter of its README.md declares, as the hub's model cards do. What nobody says is `unknown`.
 *
 * @throws {InvalidInput} when there is a source.json that is none
 */
export async function modelSource(folder: string): Promise<ModelSource> {
  const path = join(folder, SOURCE_FILE);
  const json = await textOf(path);
  if (json !== undefined) return parseJson(json, sourceSchema, path);
  const readme = (await textOf(join(folder, 'README.md'))) ?? '';
  return {
    source: basename(resolve(folder)),
    revision: UNKNOWN,
    licence: declaredLicence(readme) ?? UNKNOWN,
  };
}

/** The front matter is YAML between two lines of three dashes; `license:` is one word there. */
function declaredLicence(readme: string): string | undefined {
  const [, frontMatter] = /^---\r?\n(.*?)\r?\n---\s*$/ms.exec(readme) ?? [];
  const [, licence] = /^license:\s*["']?([\w.+-]+)["']?\s*$/m.exec(frontMatter ?? '') ?? [];
  return licence;
}

async function textOf(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch(() => undefined);
}
