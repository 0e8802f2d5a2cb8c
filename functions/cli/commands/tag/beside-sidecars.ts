import { basename } from 'node:path';
import { type FilePath, folderOf, pathName } from '../../../adapters/files/file-path.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import type { ImageContent } from '../../../core/records/image-record.ts';
import type { ImageResult } from '../../images/image-results.ts';
import { STANDARD_INPUT } from '../../images/standard-input.ts';
import { broaderLabelsIn, keywordsOf } from '../../sidecars/keywords.ts';
import type { SidecarCounts } from '../../sidecars/sidecar-counts.ts';
import { type SidecarFlags, sidecarStyle } from '../../sidecars/sidecar-flags.ts';
import { isShortened, sidecarName } from '../../sidecars/sidecar-path.ts';
import { type WrittenSidecar, writtenSidecar } from '../../sidecars/written-sidecar.ts';

/** Writes the sidecar of each picture that was tagged beside its file. */
export function besideSidecars(
  labelSets: readonly LabelSet[],
  flags: SidecarFlags,
  counts: SidecarCounts,
): (result: ImageResult<ImageContent>) => Promise<void> {
  const broader = broaderLabelsIn(labelSets);
  const { naming, form } = sidecarStyle(flags);
  const taken = new Set<string>();
  const write = async (path: FilePath, { tags }: ImageContent): Promise<WrittenSidecar> => {
    const folder = folderOf(path);
    if (typeof path !== 'string' || typeof folder !== 'string') return kept('its name is no UTF-8');
    if (path === STANDARD_INPUT) return kept('it is no file');
    const name = sidecarName(basename(path), naming);
    if (taken.has(`${folder}/${name}`)) return kept(`${name} is the sidecar of another picture`);
    taken.add(`${folder}/${name}`);
    if (isShortened(basename(path), naming)) counts.noteShortened(path);
    return writtenSidecar(folder, [name], keywordsOf(tags, broader, flags.root), form);
  };
  return async (result) => {
    // What cannot be read now may have been tagged before.
    if ('value' in result) counts.count(pathName(result.path), await write(result.path, result.value));
  };
}

function kept(reason: string): WrittenSidecar {
  return { state: 'kept', reason };
}
