import { stillAvif } from '../../core/formats/heif/avif-sequence.ts';
import { hasLostBytes } from '../../core/formats/heif/hevc-stream.ts';
import type { PixelLimits } from '../../core/pixels/pixel-limits.ts';
import { PROCESS_BYTES, type TranslatedFormat, translate } from '../wasm/translation.ts';
import { asFault, type PictureUpload, unreadable } from './faults.ts';
import { type PictureReading, pictureReading, wholeReading } from './picture.ts';
import { inPictureSlot, type PictureCost } from './picture-slots.ts';

/**
 * Works on a picture in a slot of this process, once its header is within the limits and its data are whole. What libvips
 * does not read is decoded first, in the same slot.
 *
 * @throws {ImageFault} when the header cannot be read or announces too much, and what decoding throws
 */
export function withReadablePicture<Result>(
  upload: PictureUpload,
  limits: PixelLimits,
  timeoutSeconds: number,
  work: (reading: PictureReading) => Promise<Result>,
): Promise<Result> {
  const announced = pictureReading(upload, limits);
  return inPictureSlot(costOf(announced, timeoutSeconds), async () =>
    work(await wholeReading(await readable(announced, limits, timeoutSeconds))),
  );
}

async function readable(
  reading: PictureReading,
  limits: PixelLimits,
  timeoutSeconds: number,
): Promise<PictureReading> {
  const { upload, layout } = reading;
  const { bytes, format } = upload;
  if (format === 'avif') return { ...reading, upload: { ...upload, bytes: stillAvif(bytes) } };
  if (!isTranslated(format)) return reading;
  if (format === 'heic' && hasLostBytes(bytes)) throw unreadable(upload, 'bytes of it are lost');
  const translation = await asFault(upload, () => translate(bytes, format, layout, timeoutSeconds));
  return pictureReading(translation, limits);
}

/** Of a pixel as a translation has it: red, green, blue and alpha. */
const TRANSLATED_PIXEL_BYTES = 4;

function costOf({ upload, layout, heldBytes }: PictureReading, timeoutSeconds: number): PictureCost {
  if (!isTranslated(upload.format)) return { seconds: timeoutSeconds, heldBytes };
  const translatedBytes = layout.width * layout.height * TRANSLATED_PIXEL_BYTES;
  // Each of the two steps has its own limit.
  return { seconds: 2 * timeoutSeconds, heldBytes: heldBytes + PROCESS_BYTES + translatedBytes };
}

function isTranslated(format: PictureUpload['format']): format is TranslatedFormat {
  return format === 'heic' || format === 'jxl';
}
