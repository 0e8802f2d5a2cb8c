import { CliptagError } from '../errors.ts';
import { type CorrectingOptions, correctImage, type ImageName } from './correct-image.ts';
import type { ImageRecord } from './image-record.ts';
import { changeByNames, type NamedCorrections, type NamingOptions } from './named-corrections.ts';
import { readRecord } from './record-commit.ts';

/**
 * {@link correctImage}, of labels as people write them.
 *
 * @example
 * await correctByNames(image, { add: ['Hound'], remove: ['general:cat'], clear: [] }, { labelSets, table, now });
 *
 * @throws {InvalidInput} for labels that no label set knows; {@link CliptagError} as of {@link correctImage}
 */
export async function correctByNames(
  image: ImageName,
  names: NamedCorrections,
  options: CorrectingOptions & NamingOptions,
): Promise<ImageRecord> {
  const record = await readRecord(image, options.table);
  if (!record) throw new CliptagError('no-image', `there is no record of s3://${image.bucket}/${image.key}`);
  return correctImage(image, changeByNames(names, record, options), options);
}
