import type { ExifChoice } from '../formats/exif/exif-choice.ts';
import { type ExifDetails, exifDetails } from '../formats/exif/exif-details.ts';
import type { Classifier } from '../labels/classifier.ts';
import { embeddingFromBytes, embeddingToBytes } from '../labels/embedding.ts';
import { tagsFor } from '../labels/scores.ts';
import { unknownSets } from '../labels/unknown.ts';
import { type PixelDetails, pixelDetails } from '../pixels/pixel-details.ts';
import type { PixelDecoder, Pixels, Thumbnail } from '../pixels/pixels.ts';
import type { ImageContent } from '../records/image-record.ts';
import type { BatchedEncoder } from './micro-batch.ts';

/** Turns bytes into an embedding; built once per process. */
export interface ImageReader {
  readonly decoder: PixelDecoder;
  readonly encoder: BatchedEncoder;
  /** What is said of a picture's EXIF. @default all */
  readonly exif?: ExifChoice | undefined;
}

/** What an image that was tagged has, and no other. */
type TaggedContent = ImageContent &
  ExifDetails & {
    readonly [Key in
      | 'width'
      | 'height'
      | 'format'
      | 'modelDigest'
      | 'embedding'
      | keyof PixelDetails]-?: NonNullable<ImageContent[Key]>;
  };

/** An image, and its thumbnail where one was asked for. */
export interface DescribedImage {
  readonly content: TaggedContent;
  readonly thumbnail?: Thumbnail | undefined;
}

/**
 * All that a record says of an image's content: bytes → pixels → embedding → scores; and what pixels and EXIF
 * tell beside that.
 *
 * @param bytes may still be on their way, as a promise
 * @throws {ImageFault} for every permanent fault of the image
 * @throws {ModelMismatch} when a classifier is not of the encoder's model
 */
export async function describeImage(
  bytes: Uint8Array | Promise<Uint8Array>,
  reader: ImageReader,
  classifiers: readonly Classifier[],
): Promise<TaggedContent> {
  return (await describeWithThumbnail(bytes, reader, classifiers, false)).content;
}

/** As {@link describeImage}, with a thumbnail if that is wanted: it is made of what is decoded anyway. */
export async function describeWithThumbnail(
  bytes: Uint8Array | Promise<Uint8Array>,
  reader: ImageReader,
  classifiers: readonly Classifier[],
  wantsThumbnail: boolean,
): Promise<DescribedImage> {
  const { encoder } = reader;
  // The encoder is told of pixels before they are there, so that it can wait for them and run several images at once.
  const reading = readPicture(bytes, reader, wantsThumbnail);
  const stored = embeddingToBytes(await encoder.encode(reading.then(({ pixels }) => pixels)));
  // Scores come from the embedding as it is stored, so that retagging finds the very same ones.
  const embedding = embeddingFromBytes(stored, encoder.modelDigest);
  const { pixels, details } = await reading;
  const tags = classifiers.flatMap((classifier) => tagsFor(embedding, classifier));
  const unknown = unknownSets(embedding, tags, classifiers);
  const content: TaggedContent = {
    status: 'tagged',
    width: pixels.width,
    height: pixels.height,
    format: pixels.format,
    tags,
    ...(unknown.length > 0 && { unknown }),
    modelDigest: embedding.modelDigest,
    embedding: stored,
    ...details,
    labelSets: Object.fromEntries(
      classifiers.map(({ labelSet, labelSetDigest }) => [labelSet.name, labelSetDigest]),
    ),
  };
  return { content, thumbnail: pixels.thumbnail };
}

/** Its pixels, and what these and the file tell: the file itself is let go before the encoder's turn. */
async function readPicture(
  bytes: Uint8Array | Promise<Uint8Array>,
  { decoder, encoder, exif }: ImageReader,
  thumbnail: boolean,
): Promise<{ readonly pixels: Pixels; readonly details: PixelDetails & ExifDetails }> {
  const file = await bytes;
  const pixels = await decoder.decode(file, encoder.pixelSpec, { thumbnail });
  return { pixels, details: { ...pixelDetails(pixels), ...exifDetails(file, pixels.format, exif) } };
}
