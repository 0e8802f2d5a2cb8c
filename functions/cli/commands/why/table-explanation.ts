import { readLabelSets } from '../../../adapters/files/label-set-files.ts';
import { CliptagError } from '../../../core/errors.ts';
import type { ImageExplanation } from '../../../core/explanation/explained-image.ts';
import { explainImage } from '../../../core/explanation/image-explanation.ts';
import { readRecord } from '../../../core/records/record-commit.ts';
import { type ModelParts, openModel } from '../../../tagger/model-parts.ts';
import { LABELS_FOLDER } from '../../../tagger/model-places.ts';
import type { TablePlace } from '../../pipeline/table-flags.ts';
import { askTable } from '../../pipeline/tag-table.ts';
import { openModelOf } from '../../search/local-model.ts';

export interface TableExplanationOptions {
  readonly place: TablePlace;
  readonly label: string | undefined;
  /** Files and folders of label sets. @default Cliptag's own */
  readonly labels: readonly string[] | undefined;
  /** @default the one on this machine that the image was tagged by */
  readonly model: string | undefined;
  readonly warn: (remark: string) => void;
}

/**
 * Explains an image by its record in a table, and by model and label sets on this machine.
 *
 * @returns undefined where there is no record of the image
 */
export async function tableExplanation(
  image: { readonly bucket: string; readonly key: string },
  { place, label, labels, model, warn }: TableExplanationOptions,
): Promise<ImageExplanation | undefined> {
  const labelSets = await readLabelSets(labels ?? [LABELS_FOLDER], warn);
  return askTable(place, async (table) => {
    const record = await readRecord(image, table);
    if (!record) return undefined;
    const parts = await (model === undefined ? modelOf(record.modelDigest) : openModel(model));
    try {
      const classifiers = await parts.classifiersOf(labelSets, warn);
      return await explainImage(record, { classifiers, label, table, encode: parts.textEncoder.encode });
    } finally {
      await parts.close();
    }
  });
}

/** Where the image's own model is not at hand, the explanation says so. */
async function modelOf(modelDigest: string | undefined): Promise<ModelParts> {
  if (modelDigest === undefined) return openModel();
  return openModelOf(modelDigest).catch((error: unknown) => {
    if (error instanceof CliptagError && error.code === 'no-model') return openModel();
    throw error;
  });
}
