import { CliptagError } from '../errors.ts';
import { embeddingFromBytes } from '../labels/embedding.ts';
import type { TagTable } from '../records/tag-table.ts';
import type { ImageCollection } from './image-collection.ts';
import { readSearched } from './searched-record.ts';

/**
 * The embedding of one image, by its record.
 *
 * @throws {CliptagError} `no-image`; `not-tagged` where it has none, or one of another model than the collection's
 */
export async function imageContent(
  image: { readonly bucket: string; readonly key: string },
  {
    table,
    collection,
  }: {
    readonly table: Pick<TagTable, 'readBatch'>;
    readonly collection: Pick<ImageCollection, 'modelDigest'>;
  },
): Promise<Float32Array> {
  const name = `s3://${image.bucket}/${image.key}`;
  const [record] = await readSearched([image], table, true);
  if (!record || record.status === 'deleted') throw new CliptagError('no-image', `There is no image ${name}`);
  const { embedding, modelDigest, status } = record;
  if (embedding && modelDigest === collection.modelDigest) {
    return embeddingFromBytes(embedding, modelDigest).values;
  }
  const state = modelDigest === undefined ? status : `${status} by model ${modelDigest}`;
  throw new CliptagError(
    'not-tagged',
    `Expected an image that is tagged by model ${collection.modelDigest} but ${name} is ${state}`,
  );
}
