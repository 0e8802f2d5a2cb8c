import sharp from 'sharp';
import { uploadedPicture } from '../../core/formats/raw/uploaded-picture.ts';
import { DEFAULT_PIXEL_LIMITS } from '../../core/pixels/pixel-limits.ts';
import { RGB_CHANNELS } from '../../core/pixels/pixels.ts';
import { decoded, listening } from './faults.ts';
import {
  openPicture,
  type PictureReading,
  pictureSource,
  readHeader,
  setUpright,
  stopAfter,
} from './picture.ts';
import { DEFAULT_TIMEOUT_SECONDS, sharpPixelDecoder } from './pixel-decoder.ts';
import { withReadablePicture } from './readable-picture.ts';

const WEBP = { quality: 80 };

/**
 * A small, upright WebP version of a picture, or of the centre square of a drawing. The limits of {@link
 * sharpPixelDecoder} hold, and a thumbnail waits for one of its slots.
 *
 * @param maximumSide in pixels
 * @throws {ImageFault} for an image that cannot be shown
 */
export async function thumbnail(bytes: Uint8Array, maximumSide: number): Promise<Uint8Array> {
  const picture = uploadedPicture(bytes);
  const { format } = picture;
  if (format === 'svg') return drawingThumbnail(bytes, maximumSide);
  const upload = { ...picture, format };
  return withReadablePicture(upload, DEFAULT_PIXEL_LIMITS, DEFAULT_TIMEOUT_SECONDS, (reading) =>
    pictureThumbnail(reading, maximumSide),
  );
}

async function pictureThumbnail(reading: PictureReading, maximumSide: number): Promise<Uint8Array> {
  const header = await readHeader(reading);
  const source = await pictureSource(reading, header, DEFAULT_TIMEOUT_SECONDS);
  const pipeline = openPicture(source).resize(maximumSide, maximumSide, {
    fit: 'inside',
    withoutEnlargement: true,
  });
  setUpright(pipeline, header.steps).webp(WEBP);
  return decoded(source.upload, () => stopAfter(pipeline, DEFAULT_TIMEOUT_SECONDS).toBuffer());
}

async function drawingThumbnail(bytes: Uint8Array, side: number): Promise<Uint8Array> {
  const { data } = await sharpPixelDecoder().decode(bytes, { size: side, resize: 'bicubic' });
  const pixels = sharp(data, { raw: { width: side, height: side, channels: RGB_CHANNELS } });
  return listening(pixels).webp(WEBP).toBuffer();
}
