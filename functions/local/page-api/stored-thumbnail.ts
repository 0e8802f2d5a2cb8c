import pLimit from 'p-limit';
import { sharpPixelDecoder } from '../../adapters/sharp/pixel-decoder.ts';
import { CliptagError } from '../../core/errors.ts';
import { checkSize } from '../../core/objects/object.ts';
import type { PixelSpec } from '../../core/pixels/pixels.ts';
import type { ImageRecord } from '../../core/records/image-record.ts';
import { readRecord } from '../../core/records/record-commit.ts';
import type { Tagger } from '../../core/tagging/tag-image.ts';
import { thumbnailName } from '../../core/thumbnails/thumbnail-store.ts';

/** Each needs the whole file in memory, and a page asks for hundreds. */
const MADE_AT_ONCE = 4;

/** Short side of those that are made when they are asked for: as encoders of most models have it. */
const MADE_SPEC: PixelSpec = { size: 224, resize: 'bicubic' };

type Place = { readonly bucket: string; readonly key: string };
type Parts = Pick<Tagger, 'table' | 'objects' | 'thumbnails' | 'maximumBytes'>;

/**
 * Gives the thumbnail of an image, a small WebP: the one that tagging has stored or, where there is none, one that is made of
 * the object now and stored. It rejects with an `ImageFault` for an image that cannot be shown, and with `object-gone`.
 *
 * @param tagger whose `thumbnails` hold them; without these each is made anew
 * @example const webp = await storedThumbnails(pipeline.tagger)(record);
 */
export function storedThumbnails(tagger: Parts): (record: ImageRecord) => Promise<Uint8Array> {
  const { table, thumbnails } = tagger;
  const whenFree = pLimit(MADE_AT_ONCE);
  const stateOf = (record: ImageRecord | undefined) =>
    record?.status === 'tagged' ? { name: thumbnailName(record), eTag: record.eTag } : undefined;
  async function store(object: Place, name: string, webp: Uint8Array): Promise<void> {
    await thumbnails?.put(name, webp);
    // A newer state may have come meanwhile, whose tagging found none to delete.
    if (stateOf(await readRecord(object, table))?.name !== name) await thumbnails?.delete(name);
  }
  return async (record) => {
    const object = { bucket: record.bucket, key: record.key };
    const state = stateOf(record);
    const stored = state && (await thumbnails?.get(state.name));
    if (stored) return stored;
    const { webp, eTag } = await whenFree(() => madeThumbnail(object, tagger));
    if (state && state.eTag === eTag) await store(object, state.name, webp);
    return webp;
  };
}

async function madeThumbnail(
  object: Place,
  { objects, maximumBytes }: Parts,
): Promise<{ readonly webp: Uint8Array; readonly eTag: string | undefined }> {
  const current = await objects.current(object);
  if (!current) throw new CliptagError('object-gone', `There is no ${object.bucket}/${object.key}`);
  checkSize(current.sizeBytes, maximumBytes);
  const { bytes } = await objects.fetch({ ...object, ...current, sequencer: '' }, maximumBytes);
  const { thumbnail } = await sharpPixelDecoder().decode(bytes, MADE_SPEC, { thumbnail: true });
  if (!thumbnail || 'fault' in thumbnail) throw new Error(thumbnail?.fault ?? 'Expected a thumbnail');
  return { webp: thumbnail.webp, eTag: current.eTag };
}
