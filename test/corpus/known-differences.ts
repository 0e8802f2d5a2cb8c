import { readFile } from 'node:fs/promises';
import { sha256 } from './picture-files.ts';

/** A picture that is tagged from other pixels than the reference's, rightly or as a matter of opinion. */
export interface KnownDifference {
  /** File name, for readers. */
  readonly name: string;
  readonly sha256: string;
  readonly why: string;
}

export async function readKnownDifferences(): Promise<readonly KnownDifference[]> {
  const file = new URL('./known-differences.json', import.meta.url);
  return JSON.parse(await readFile(file, 'utf8')) as readonly KnownDifference[];
}

/** Why a picture is known to differ; undefined if it is not. Told by its content, for collections share pictures. */
export async function knownDifference(
  path: string,
  known: readonly KnownDifference[],
): Promise<string | undefined> {
  const digest = await sha256(path);
  return known.find((difference) => difference.sha256 === digest)?.why;
}
