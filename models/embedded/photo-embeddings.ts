import { sharpPixelDecoder } from '../../functions/adapters/sharp.ts';
import type { Embedding } from '../../functions/core/embedding.ts';
import { inBatches } from '../../functions/core/micro-batch.ts';
import type { ImageEncoder } from '../../functions/core/ports.ts';
import type { Photo, PhotoSet } from './photo-set.ts';

const ENCODER_BATCH = 32;
/** Pictures under way at once: enough to decode while others are encoded. */
const PICTURES_AT_ONCE = 128;

/** Encoded bytes → pixels → embedding by the code that tags images, in the order of the photos. */
export async function embedPhotos(
  photos: readonly Photo[],
  photoSet: PhotoSet,
  imageEncoder: ImageEncoder,
  report: (done: number, total: number) => void,
): Promise<readonly Embedding[]> {
  const decoder = sharpPixelDecoder();
  const encoder = inBatches(imageEncoder, ENCODER_BATCH);
  const embedPhoto = async (photo: Photo) =>
    encoder.encode(decoder.decode(await photoSet.read(photo), encoder.pixelSpec));
  const embeddings: Embedding[] = [];
  for (let first = 0; first < photos.length; first += PICTURES_AT_ONCE) {
    const group = photos.slice(first, first + PICTURES_AT_ONCE);
    embeddings.push(...(await Promise.all(group.map(embedPhoto))));
    report(embeddings.length, photos.length);
  }
  return embeddings;
}
