import { cachedClassifier } from '../adapters/files/classifier-cache.ts';
import type { ApiPorts } from '../api/api-ports.ts';
import { CliptagError } from '../core/errors.ts';
import { explainImage } from '../core/explanation/image-explanation.ts';
import { type Classifier, compileClassifier } from '../core/labels/classifier.ts';
import type { PromptEncoder } from '../core/labels/embedding.ts';
import type { LabelSet } from '../core/labels/label-set.ts';
import { readRecord } from '../core/records/record-commit.ts';
import type { TagTable } from '../core/records/tag-table.ts';

export interface ExplainerParts {
  readonly labelSets: readonly LabelSet[];
  readonly textEncoder: PromptEncoder;
  /** Where classifiers stand that were compiled ahead. @default they are compiled with the first question */
  readonly classifierFolder?: string | undefined;
}

/** Explains the labels of images; classifiers are read with the first question. */
export function explainer(
  table: TagTable,
  { labelSets, textEncoder, classifierFolder }: ExplainerParts,
): NonNullable<ApiPorts['why']> {
  const classifierOf = (labelSet: LabelSet) =>
    classifierFolder === undefined
      ? compileClassifier(labelSet, textEncoder)
      : cachedClassifier(labelSet, textEncoder, classifierFolder);
  let reading: Promise<readonly Classifier[]> | undefined;
  return async (image, label) => {
    reading ??= Promise.all(labelSets.map(classifierOf));
    const classifiers = await reading.catch((error: unknown) => {
      reading = undefined;
      throw error;
    });
    const record = await readRecord(image, table);
    if (!record)
      throw new CliptagError('no-image', `there is no record of s3://${image.bucket}/${image.key}`);
    return explainImage(record, { classifiers, label, table, encode: textEncoder.encode });
  };
}
