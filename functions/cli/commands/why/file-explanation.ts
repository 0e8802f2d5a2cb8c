import { readLabelSets } from '../../../adapters/files/label-set-files.ts';
import type { ImageExplanation } from '../../../core/explanation/explained-image.ts';
import { explainImage } from '../../../core/explanation/image-explanation.ts';
import type { ImageContent } from '../../../core/records/image-record.ts';
import { describeImage } from '../../../core/tagging/describe-image.ts';
import { defaultLabelSets } from '../../../tagger/default-label-set.ts';
import { openModel } from '../../../tagger/model-parts.ts';
import { imageBytes, namedFault } from '../../images/image-results.ts';

export interface FileExplanationOptions {
  readonly label: string | undefined;
  /** Files and folders of label sets. @default the general one */
  readonly labels: readonly string[] | undefined;
  readonly model: string | undefined;
  readonly warn: (remark: string) => void;
}

/** Explains a picture file on this machine, as `tag` tags it: with no pipeline at all. */
export async function fileExplanation(
  path: string,
  { label, labels, model, warn }: FileExplanationOptions,
): Promise<ImageExplanation> {
  const labelSets = await (labels ? readLabelSets(labels, warn) : defaultLabelSets());
  const parts = await openModel(model);
  try {
    const [classifiers, reader] = await Promise.all([
      parts.classifiersOf(labelSets, warn),
      parts.imageReader(),
    ]);
    const content = await imageBytes(path)
      .then((bytes) => describeImage(bytes, reader, classifiers))
      .catch((error: unknown): ImageContent => ({ ...namedFault(error), tags: [] }));
    return await explainImage(
      { bucket: '', key: path, ...content },
      { classifiers, label, isStored: false, encode: parts.textEncoder.encode },
    );
  } finally {
    await parts.close();
  }
}
