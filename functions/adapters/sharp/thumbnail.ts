import sharp from 'sharp';
import { acceptedFormat } from '../../core/pixels/image-format.ts';
import { DEFAULT_PIXEL_LIMITS } from '../../core/pixels/pixel-limits.ts';
import { RGB_CHANNELS } from '../../core/pixels/pixels.ts';
import { asFault, type Upload } from './faults.ts';
import { openPicture, readHeader, setUpright, stopAfter } from './picture.ts';
import { inPictureSlot } from './picture-slots.ts';
import { DEFAULT_TIMEOUT_SECONDS, sharpPixelDecoder } from './pixel-decoder.ts';

const WEBP = { quality: 80 };

/**
 * A small, upright WebP version of a picture, or of the centre square of a drawing. The limits of {@link
 * sharpPixelDecoder} hold, and a thumbnail waits for one of its slots.
 *
 * @param maximumSide in pixels
 * @throws {ImageFault} for an image that cannot be shown
 */
export async function thumbnail(bytes: Uint8Array, maximumSide: number): Promise<Uint8Array> {
  const upload = { bytes, format: acceptedFormat(bytes) };
  if (upload.format === 'svg') return drawingThumbnail(bytes, maximumSide);
  return inPictureSlot(DEFAULT_TIMEOUT_SECONDS, () => pictureThumbnail(upload, maximumSide));
}

async function pictureThumbnail(upload: Upload, maximumSide: number): Promise<Uint8Array> {
  const { steps } = await readHeader(upload, maximumSide, DEFAULT_PIXEL_LIMITS);
  const pipeline = openPicture(upload).resize(maximumSide, maximumSide, {
    fit: 'inside',
    withoutEnlargement: true,
  });
  setUpright(pipeline, steps).webp(WEBP);
  return asFault(upload, () => stopAfter(pipeline, DEFAULT_TIMEOUT_SECONDS).toBuffer());
}

async function drawingThumbnail(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const { data } = await sharpPixelDecoder().decode(bytes, { size: side, resize: 'bicubic' });
  return sharp(data, { raw: { width: side, height: side, channels: RGB_CHANNELS } })
    .webp(WEBP)
    .toBuffer();
}
