import type { FindPlace } from '../../core/labels/written-place.ts';
import { readUtf8 } from './utf8-text.ts';
import { parseYaml } from './yaml-text.ts';

/** Where the parts of a label set are written in its file, which is well-formed. */
export async function labelSetPlaces(path: string): Promise<FindPlace> {
  return parseYaml(await readUtf8(path)).placeOf;
}
