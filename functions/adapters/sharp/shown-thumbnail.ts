import sharp, { type Sharp } from 'sharp';
import {
  type PixelSpec,
  RGB_CHANNELS,
  type RgbPicture,
  resizedSize,
  type Size,
  type Thumbnail,
} from '../../core/pixels/pixels.ts';
import { thumbnailSize, thumbnailWindow } from '../../core/pixels/thumbnail.ts';
import { decoded, listening } from './faults.ts';
import { type Header, openPicture, type PictureSource, setUpright, stopAfter } from './picture.ts';

/**
 * Of photographs of 299 × 224 pixels: 2.5 ms of a processor and 11 KB each. Effort 4 took 6 ms and 9 KB, JPEG of the same
 * likeness 1 ms and 15 KB.
 */
const WEBP = { quality: 75, effort: 1 };

/** Short side in pixels from which an encoder's picture serves as a thumbnail; most encoders take 224. */
const LEAST_SIDE = 224;

/**
 * The thumbnail of the picture that is resized for an encoder; undefined where that is too small, or too much was lost of it
 * when it was squashed.
 *
 * @param own size of the upright picture before
 */
export function thumbnailInHand(
  upright: RgbPicture,
  own: Size,
  { size, resize }: PixelSpec,
): Promise<Uint8Array> | undefined {
  const isInProportion = resize === 'bicubic' && size >= LEAST_SIDE;
  if (isInProportion || isSame(upright, own)) return thumbnailOfPixels(upright);
  const shape = resizedSize(own, LEAST_SIDE);
  const isWhole = isSame(thumbnailWindow(own), own);
  const hasAll = resize === 'squash' && isWhole && Math.max(shape.width, shape.height) <= size;
  return hasAll ? thumbnailOfPixels(upright, shape) : undefined;
}

/** Makes a thumbnail. That it cannot be made is no fault of the image. */
export async function asThumbnail(make: () => Promise<Uint8Array>): Promise<Thumbnail> {
  try {
    return { webp: await make() };
  } catch (error) {
    return { fault: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * The thumbnail of an upright picture.
 *
 * @param size another size than the picture's own proportions ask for, where it was squashed
 */
export function thumbnailOfPixels(picture: RgbPicture, size?: Size): Promise<Uint8Array> {
  const { data, width, height } = picture;
  const pixels = listening(
    sharp(data, { raw: { width, height, channels: RGB_CHANNELS }, limitInputPixels: false }),
  );
  return (size ? resized(pixels, picture, size) : cutAndResized(pixels, picture)).webp(WEBP).toBuffer();
}

/** The thumbnail of a picture that is decoded once more for it: what the encoder takes is too small, or squashed. */
export function thumbnailOfSource(
  source: PictureSource,
  header: Header,
  timeoutSeconds: number,
): Promise<Uint8Array> {
  const pipeline = cutAndResized(openPicture(source), header);
  setUpright(pipeline, header.steps).flatten({ background: '#ffffff' }).toColourspace('srgb').webp(WEBP);
  return decoded(source.upload, () => stopAfter(pipeline, timeoutSeconds).toBuffer());
}

function cutAndResized(pipeline: Sharp, picture: Size): Sharp {
  const window = thumbnailWindow(picture);
  // A cut keeps the decoder from reducing, so that it is left out where it would cut nothing.
  if (!isSame(window, picture)) pipeline.extract(window);
  return resized(pipeline, window, thumbnailSize(window));
}

function resized(pipeline: Sharp, from: Size, { width, height }: Size): Sharp {
  return isSame(from, { width, height }) ? pipeline : pipeline.resize(width, height, { fit: 'fill' });
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}
