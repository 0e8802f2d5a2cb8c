import type { Sharp } from 'sharp';
import { hasCoarseColours } from '../../core/formats/jpeg/jpeg-colours.ts';
import {
  centreWindow,
  type PixelSpec,
  type RgbPicture,
  type Size,
  sizeForEncoder,
} from '../../core/pixels/pixels.ts';
import { decoded } from './faults.ts';
import { jpegSteps, secondStep } from './jpeg-steps.ts';
import { type Header, openPicture, type PictureSource, setUpright, stopAfter } from './picture.ts';
import { resize, shrinkOnLoad } from './resize.ts';

/**
 * A picture that is smaller than the encoder takes is enlarged in JavaScript, to the bit of the reference. Larger than this
 * only squashed ones are, of extreme proportions: these would take seconds, and libvips does as well.
 */
const MAXIMUM_ENLARGED_PIXELS = 2 ** 21;

/**
 * The upright picture, resized; an extremely long one is cut to its centre where only the centre counts. A small one keeps its
 * size. The whole picture is decoded though only a square is kept, so that a truncated one is found wherever it ends.
 */
export function uprightPicture(
  source: PictureSource,
  header: Header,
  spec: PixelSpec,
  timeoutSeconds: number,
): Promise<RgbPicture> {
  const { upload } = source;
  const whole = { left: 0, top: 0, ...sizeOf(header) };
  const window = spec.resize === 'squash' ? whole : centreWindow(header);
  const isWhole = isSame(window, header);
  const enlarges =
    Math.min(window.width, window.height) < spec.size &&
    window.width * window.height <= MAXIMUM_ENLARGED_PIXELS;
  const size = sizeForEncoder(window, spec);
  const isWholeAlone = upload.format === 'jpeg' && hasCoarseColours(upload.bytes);
  const shrinking = isWholeAlone ? 'none' : shrinkOnLoad(upload.format, window, size);
  const render = (pipeline: Sharp) => toRgb(stopAfter(setUpright(pipeline, header.steps), timeoutSeconds));
  const renderInOne = () => {
    const pipeline = openPicture(source);
    if (!isWhole || shrinking === 'none') pipeline.extract(window);
    if (!enlarges) resize(pipeline, size, shrinking);
    return render(pipeline);
  };
  const mayBeSteps = isWhole && shrinking === 'none' && !isWholeAlone;
  const steps = mayBeSteps ? jpegSteps(upload.bytes, header, size) : undefined;
  if (!steps) return decoded(upload, renderInOne);
  const renderInTwo = async () => {
    const pipeline = openPicture({ ...source, upload: { ...upload, bytes: steps.bytes } });
    resize(pipeline, steps.between, 'fast');
    return secondStep(await render(pipeline), steps, header.steps);
  };
  return decoded(upload, () => orElse(renderInTwo, renderInOne, timeoutSeconds));
}

/** What fails in two steps is decoded whole, which is what says whether it is at fault; unless the time is up. */
async function orElse(
  first: () => Promise<RgbPicture>,
  second: () => Promise<RgbPicture>,
  timeoutSeconds: number,
): Promise<RgbPicture> {
  const started = performance.now();
  try {
    return await first();
  } catch (error) {
    if (performance.now() - started > timeoutSeconds * 1000) throw error;
    return second();
  }
}

async function toRgb(pipeline: Sharp): Promise<RgbPicture> {
  const { data, info } = await pipeline
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

function sizeOf({ width, height }: Size): Size {
  return { width, height };
}

function isSame(one: Size, other: Size): boolean {
  return one.width === other.width && one.height === other.height;
}
