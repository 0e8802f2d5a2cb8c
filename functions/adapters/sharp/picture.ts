import sharp, { type Sharp } from 'sharp';
import type { Layout } from '../../core/pixels/layout.ts';
import { pictureLayout } from '../../core/pixels/picture-layout.ts';
import { checkChannels, checkLayout, type PixelLimits } from '../../core/pixels/pixel-limits.ts';
import { type Size, type UprightSteps, uprightSteps } from '../../core/pixels/pixels.ts';
import { asFault, type PictureUpload, unreadable } from './faults.ts';

// One thread for each picture: a second thread gained nothing with pictures of 2 to 12 megapixels; a second picture at
// once did.
sharp.concurrency(1);
// No picture comes twice, so libvips' cache of operations would only hold memory.
sharp.cache(false);
// Drawings have a process of their own; none may slip into this one.
sharp.block({ operation: ['VipsForeignLoadSvg'] });

/** A picture's size as it is stored, and how to set it upright. */
export interface Header extends Size {
  readonly steps: UprightSteps;
}

/**
 * `failOn: 'error'` refuses what is cut off or fails its checksums and accepts what cameras and editors get wrong
 * without harm to the pixels, such as TIFF tags out of order ('warning' would refuse those; 'truncated' lets a wrong
 * PNG checksum pass). Limits are checked on the header, by format, so sharp's own is off.
 */
export function openPicture({ bytes }: PictureUpload): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: false });
}

/**
 * What decoding a picture will take, by its own header, checked against the limits before any decoder sees the file.
 *
 * @throws {ImageFault} when the header cannot be read or announces too much
 */
export function checkedLayout(upload: PictureUpload, limits: PixelLimits): Layout {
  const layout = pictureLayout(upload.bytes, upload.format);
  if (!layout) throw unreadable(upload, 'its header cannot be read');
  checkLayout(layout, limits);
  return layout;
}

/** What every picture takes, however small: libvips's own threads and buffers. */
const LEAST_BYTES = 32 * 2 ** 20;

/** Memory that decoding an upload takes: metadata are copied, in a hostile file nearly all of it. */
export function decodingBytes({ bytes }: PictureUpload, { heldBytes }: Layout): number {
  return LEAST_BYTES + 2 * bytes.length + heldBytes;
}

/**
 * Reads a picture's header by its decoder, which must find no larger picture than its layout has.
 *
 * @throws {ImageFault} when it cannot be read, or has too many channels
 */
export async function readHeader(upload: PictureUpload, layout: Layout): Promise<Header> {
  const { width, height, channels, orientation } = await asFault(upload, () =>
    openPicture(upload).metadata(),
  );
  if (width * height > layout.width * layout.height) {
    throw unreadable(upload, `its header says ${layout.width} x ${layout.height} and ${width} x ${height}`);
  }
  checkChannels(channels);
  return { width, height, steps: uprightSteps(upload.orientation ?? orientation) };
}

/**
 * Lets libvips stop between two regions of a picture, which frees the thread. A little after `seconds`, when the
 * caller has had its answer from `inPictureSlot`: libvips would name the reason in words only.
 */
export function stopAfter(pipeline: Sharp, seconds: number): Sharp {
  return pipeline.timeout({ seconds: Math.ceil(seconds) + 1 });
}

/**
 * Sets a picture upright by explicit steps: sharp's autoOrient before an `extract` would turn the whole picture in
 * memory.
 */
export function setUpright(pipeline: Sharp, { flip, flop, turnDegrees }: UprightSteps): Sharp {
  pipeline.flip(flip).flop(flop);
  return turnDegrees === 0 ? pipeline : pipeline.rotate(turnDegrees);
}
