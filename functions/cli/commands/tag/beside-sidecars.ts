import { basename, join } from 'node:path';
import { type FilePath, folderOf, pathName } from '../../../adapters/files/file-path.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import type { ImageContent } from '../../../core/records/image-record.ts';
import type { ImageResult } from '../../images/image-results.ts';
import { STANDARD_INPUT } from '../../images/standard-input.ts';
import { broaderLabelsIn, keywordsOf } from '../../sidecars/keywords.ts';
import type { SidecarCounts } from '../../sidecars/sidecar-counts.ts';
import { type SidecarFlags, sidecarStyle } from '../../sidecars/sidecar-flags.ts';
import { isShortened, sidecarName } from '../../sidecars/sidecar-path.ts';
import { isWritten, writtenSidecar } from '../../sidecars/written-sidecar.ts';

/** Writes the sidecar of each picture that was tagged beside its file. */
export function besideSidecars(
  labelSets: readonly LabelSet[],
  flags: SidecarFlags,
  counts: SidecarCounts,
): (result: ImageResult<ImageContent>) => Promise<void> {
  const broader = broaderLabelsIn(labelSets);
  const { naming, form } = sidecarStyle(flags);
  const taken = new Set<string>();
  const write = async (path: FilePath, { tags }: ImageContent): Promise<void> => {
    const image = pathName(path);
    const refuse = (reason: string) => counts.count({ image }, { state: 'refused', reason });
    const folder = folderOf(path);
    if (typeof path !== 'string' || typeof folder !== 'string') return refuse('its name is no UTF-8');
    if (path === STANDARD_INPUT) return refuse('it is no file');
    const name = sidecarName(basename(path), naming);
    const sidecar = join(folder, name);
    if (taken.has(sidecar)) return refuse(`${name} is the sidecar of another picture`);
    taken.add(sidecar);
    const became = await writtenSidecar(folder, [name], keywordsOf(tags, broader, flags.root), form);
    counts.count({ image, sidecar }, became);
    if (isWritten(became) && isShortened(basename(path), naming)) counts.noteShortened(path);
  };
  return async (result) => {
    // What cannot be read now may have been tagged before.
    if ('value' in result) await write(result.path, result.value);
  };
}
