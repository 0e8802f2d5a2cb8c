import sharp, { type Sharp } from 'sharp';
import {
  checkChannels,
  checkPixels,
  type PictureHeader,
  type PixelLimits,
} from '../../core/pixels/pixel-limits.ts';
import { type UprightSteps, uprightSteps } from '../../core/pixels/pixels.ts';
import { asFault, type Upload } from './faults.ts';

// One thread for each picture: a second thread gained nothing with pictures of 2 to 12 megapixels; a second picture at
// once did.
sharp.concurrency(1);
// No picture comes twice, so libvips' cache of operations would only hold memory.
sharp.cache(false);
// Drawings have a process of their own; none may slip into this one.
sharp.block({ operation: ['VipsForeignLoadSvg'] });

/** A header, and how to set the picture upright. */
export interface Header extends PictureHeader {
  readonly steps: UprightSteps;
}

/**
 * `failOn: 'error'` refuses what is cut off or fails its checksums and accepts what cameras and editors get wrong
 * without harm to the pixels, such as TIFF tags out of order ('warning' would refuse those; 'truncated' lets a wrong
 * PNG checksum pass). Limits are checked on the header, by format, so sharp's own is off.
 */
export function openPicture({ bytes }: Upload): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: false });
}

/**
 * Reads a picture's header and checks it against the limits, before any pixel is decoded.
 *
 * @param side short side to which the picture is resized, in pixels
 * @throws {ImageFault} when it cannot be read or announces too much
 */
export async function readHeader(upload: Upload, side: number, limits: PixelLimits): Promise<Header> {
  const { format } = upload;
  const { width, height, channels, orientation, isProgressive, bitsPerSample } = await asFault(upload, () =>
    openPicture(upload).metadata(),
  );
  const header = {
    ...{ format, width, height, channels, isProgressive },
    bitsPerSample: bitsPerSample ?? 8,
    steps: uprightSteps(orientation),
  };
  checkPixels(header, side, limits);
  checkChannels(header);
  return header;
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
