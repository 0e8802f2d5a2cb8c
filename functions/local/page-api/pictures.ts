import type { Picture } from '../../api/api-ports.ts';
import { mediaTypeOf } from '../../api/media-types.ts';
import { CliptagError, ImageFault, ObjectSuperseded } from '../../core/errors.ts';
import type { ImageRecord } from '../../core/records/image-record.ts';
import type { SearchedImage } from '../../core/search/image-search.ts';
import type { Tagger } from '../../core/tagging/tag-image.ts';
import type { S3Endpoint } from '../s3-endpoint/s3-endpoint.ts';
import { pictureStream } from './picture-stream.ts';
import { storedThumbnails } from './stored-thumbnail.ts';

export interface Pictures {
  /** Undefined where the object is no longer the one that was recorded. */
  original(image: SearchedImage): Promise<Picture | undefined>;
  /** Undefined as well where it cannot be shown. */
  thumbnail(image: SearchedImage): Promise<Picture | undefined>;
}

export interface PicturesOptions {
  readonly s3: Pick<S3Endpoint, 'open'>;
  readonly tagger: Pick<Tagger, 'table' | 'objects' | 'thumbnails' | 'maximumBytes'>;
}

/** Gives pictures out of the local bucket, of the very state that their records tell of. */
export function pictures({ s3, tagger }: PicturesOptions): Pictures {
  const stored = storedThumbnails(tagger);
  return {
    async original(image) {
      const sizeBytes = await sizeOf(image, s3);
      if (sizeBytes === undefined) return undefined;
      const body = pictureStream(() => bytesOf(image, s3));
      return { body, mediaType: mediaTypeOf(image.format), sizeBytes };
    },
    thumbnail: (image) => thumbnailOf(image, stored),
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
  stored: (record: ImageRecord) => Promise<Uint8Array>,
): Promise<Picture | undefined> {
  try {
    // The API hands back the very record that it has asked for.
    const webp = new Uint8Array(await stored(image as ImageRecord));
    return { body: webp, mediaType: 'image/webp', sizeBytes: webp.length };
  } catch (error) {
    if (error instanceof ImageFault || error instanceof ObjectSuperseded || isGone(error)) return undefined;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return error instanceof CliptagError && error.code === 'object-gone';
}
