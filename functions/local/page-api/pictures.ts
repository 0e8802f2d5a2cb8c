import pLimit from 'p-limit';
import { thumbnail } from '../../adapters/sharp/thumbnail.ts';
import type { Picture } from '../../api/api-ports.ts';
import { mediaTypeOf } from '../../api/media-types.ts';
import { ImageFault, ObjectSuperseded } from '../../core/errors.ts';
import { checkSize } from '../../core/objects/object.ts';
import type { SearchedImage } from '../../core/search/image-search.ts';
import type { Tagger } from '../../core/tagging/tag-image.ts';
import type { S3Endpoint } from '../s3-endpoint/s3-endpoint.ts';
import { pictureStream } from './picture-stream.ts';

export interface Pictures {
  /** Undefined where the object is no longer the one that was recorded. */
  original(image: SearchedImage): Promise<Picture | undefined>;
  /** Undefined as well where it cannot be shown. */
  thumbnail(image: SearchedImage): Promise<Picture | undefined>;
}

export interface PicturesOptions {
  readonly s3: Pick<S3Endpoint, 'open'>;
  readonly tagger: Pick<Tagger, 'objects' | 'maximumBytes'>;
}

/** Twice the width of a tile, for sharp screens. */
const THUMBNAIL_PIXELS = 480;

/** Each needs the whole file in memory, and a page asks for hundreds. */
const THUMBNAILS_AT_ONCE = 4;

/** Gives pictures out of the local bucket, of the very state that their records tell of. */
export function pictures({ s3, tagger }: PicturesOptions): Pictures {
  const whenFree = pLimit(THUMBNAILS_AT_ONCE);
  return {
    async original(image) {
      const sizeBytes = await sizeOf(image, s3);
      if (sizeBytes === undefined) return undefined;
      const body = pictureStream(() => bytesOf(image, s3));
      return { body, mediaType: mediaTypeOf(image.format), sizeBytes };
    },
    thumbnail: (image) => whenFree(() => thumbnailOf(image, tagger)),
  };
}

async function sizeOf(image: SearchedImage, s3: PicturesOptions['s3']): Promise<number | undefined> {
  const opened = await s3.open(image);
  await opened?.release();
  return opened?.eTag === image.eTag ? opened?.sizeBytes : undefined;
}

async function* bytesOf(image: SearchedImage, s3: PicturesOptions['s3']): AsyncGenerator<Uint8Array> {
  const opened = await s3.open(image);
  try {
    if (opened?.eTag !== image.eTag) throw new Error(`${image.key} was replaced while it was read`);
    if (opened) yield* opened.bytes();
  } finally {
    await opened?.release();
  }
}

async function thumbnailOf(
  image: SearchedImage,
  { objects, maximumBytes }: PicturesOptions['tagger'],
): Promise<Picture | undefined> {
  const { bucket, key, eTag, sizeBytes } = image;
  try {
    checkSize(sizeBytes, maximumBytes);
    const { bytes } = await objects.fetch({ bucket, key, eTag, sequencer: '' }, maximumBytes);
    const small = new Uint8Array(await thumbnail(bytes, THUMBNAIL_PIXELS));
    return { body: small, mediaType: 'image/webp', sizeBytes: small.length };
  } catch (error) {
    if (error instanceof ImageFault || error instanceof ObjectSuperseded) return undefined;
    throw error;
  }
}
