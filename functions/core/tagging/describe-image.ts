import type { Classifier } from '../labels/classifier.ts';
import { embeddingFromBytes, embeddingToBytes } from '../labels/embedding.ts';
import { tagsFor } from '../labels/scores.ts';
import type { PixelDecoder } from '../pixels/pixels.ts';
import type { ImageContent } from '../records/image-record.ts';
import type { BatchedEncoder } from './micro-batch.ts';

/** Turns bytes into an embedding; built once per process. */
export interface ImageReader {
  readonly decoder: PixelDecoder;
  readonly encoder: BatchedEncoder;
}

/** What an image that was tagged has, and no other. */
type TaggedContent = ImageContent & {
  readonly [Key in 'width' | 'height' | 'format' | 'modelDigest' | 'embedding']-?: NonNullable<
    ImageContent[Key]
  >;
};

/**
 * All that a record says of an image's content: bytes → pixels → embedding → scores.
 *
 * @param bytes may still be on their way, as a promise
 * @throws {ImageFault} for every permanent fault of the image
 * @throws {ModelMismatch} when a classifier is not of the encoder's model
 */
export async function describeImage(
  bytes: Uint8Array | Promise<Uint8Array>,
  { decoder, encoder }: ImageReader,
  classifiers: readonly Classifier[],
): Promise<TaggedContent> {
  const decode = async () => decoder.decode(await bytes, encoder.pixelSpec);
  // The encoder is told of pixels before they are there, so that it can wait for them and run several images at once.
  const decoding = decode();
  const stored = embeddingToBytes(await encoder.encode(decoding));
  // Scores come from the embedding as it is stored, so that retagging finds the very same ones.
  const embedding = embeddingFromBytes(stored, encoder.modelDigest);
  const pixels = await decoding;
  return {
    status: 'tagged',
    width: pixels.width,
    height: pixels.height,
    format: pixels.format,
    tags: classifiers.flatMap((classifier) => tagsFor(embedding, classifier)),
    modelDigest: embedding.modelDigest,
    embedding: stored,
    labelSets: Object.fromEntries(
      classifiers.map(({ labelSet, labelSetDigest }) => [labelSet.name, labelSetDigest]),
    ),
  };
}
