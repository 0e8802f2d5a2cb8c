import { jpegOfWholeRows } from '../../core/formats/jpeg/jpeg-rows.ts';
import { BICUBIC_SHARPNESS, type CubicKernel } from '../../core/pixels/cubic-taps.ts';
import {
  type Area,
  type RgbPicture,
  type Size,
  type UprightSteps,
  uprightArea,
  uprightSize,
} from '../../core/pixels/pixels.ts';
import { resample } from '../../core/pixels/resampling.ts';
import { secondKernel } from '../../core/pixels/second-kernel.ts';
import { reductionOf } from './resize.ts';

/** How a JPEG is resized in two steps: by libvips, while it decodes a fraction of the size, and by {@link secondStep}. */
export interface JpegSteps {
  /** The file as libvips is to see it. */
  readonly bytes: Uint8Array;
  /** The size to which libvips resizes. */
  readonly between: Size;
  /** The part of that which is the picture: less or more than all of it by a part of a pixel. */
  readonly area: Area;
  readonly across: CubicKernel;
  readonly down: CubicKernel;
  readonly resized: Size;
}

/**
 * How libvips reduces while it decodes, from which reduction in all on. Off the bicubic resize of the whole picture are then,
 * of 255, photographs 0.3 to 1.0, as are those that the reduction divides; edges that repeat within a few pixels up to 1.1
 * with a half, 1.4 with a quarter and 3.1 with an eighth.
 */
const REDUCTIONS = [
  { by: 8, least: 12.8 },
  { by: 4, least: 10 },
  { by: 2, least: 4.2 },
];

const LARGEST_REDUCTION = 8;
/** More than this need not be left for the second step: it would take longer and hardly come nearer. */
const MOST_LEFT = 1.7;

/**
 * Plans how to resize a JPEG whose sides the reduction does not divide. libvips leaves away what does not fill a pixel of
 * the reduced picture, and would stretch the rest over its place; so it only makes a picture that is somewhat larger than
 * what is wanted, of which the second step takes the true part.
 *
 * @param size of the stored picture
 * @param resized the stored picture's size after resizing
 * @returns undefined where it is to be decoded whole
 */
export function jpegSteps(bytes: Uint8Array, size: Size, resized: Size): JpegSteps | undefined {
  const inAll = reductionOf(size, resized);
  const by = REDUCTIONS.find(({ least }) => inAll >= least)?.by;
  const readable = by && jpegOfWholeRows(bytes, size, by);
  if (!readable) return undefined;
  const [dividesWidth, dividesHeight] = [size.width % by === 0, size.height % by === 0];
  // One step is enough for a side that it divides, if the other side keeps sharp from reducing by more.
  const isOne = dividesWidth !== dividesHeight;
  const across =
    isOne && dividesWidth ? inOneStep(resized.width) : inTwoSteps(size.width, size.width, resized.width, by);
  const down =
    isOne && dividesHeight
      ? inOneStep(resized.height)
      : inTwoSteps(size.height, readable.height, resized.height, by);
  return {
    bytes: readable.bytes,
    between: { width: across.between, height: down.between },
    area: { left: 0, top: 0, width: across.length, height: down.length },
    across: across.kernel,
    down: down.kernel,
    resized,
  };
}

/** What comes of a side in the first step, how much of that is the picture, and the second step's kernel. */
interface SideSteps {
  readonly between: number;
  readonly length: number;
  readonly kernel: CubicKernel;
}

function inOneStep(resized: number): SideSteps {
  return { between: resized, length: resized, kernel: { sharpness: BICUBIC_SHARPNESS, stretch: 1 } };
}

/**
 * sharp has libvips reduce by n while it decodes where it is to reduce by n + 1 or more in all and, unless n is 8, by less than
 * 2n + 1 (0.35.5, src/pipeline.cc): the first step's result is made as small as that and {@link MOST_LEFT} allow.
 *
 * @param announced the side in the header that libvips sees
 */
function inTwoSteps(side: number, announced: number, resized: number, by: number): SideSteps {
  const scale = side / resized;
  const largest = Math.floor(announced / (by + 1));
  const smallest = by === LARGEST_REDUCTION ? 1 : Math.floor(announced / (2 * by + 1)) + 1;
  const between = Math.min(largest, Math.max(smallest, Math.floor(MOST_LEFT * resized)));
  const shown = announced - (announced % by);
  const kernel = secondKernel({ mean: by, scale: shown / between }, scale);
  return { between, length: (side * between) / shown, kernel };
}

/**
 * Resizes what libvips has made and set upright.
 *
 * @param upright how that was set upright
 */
export function secondStep(picture: RgbPicture, steps: JpegSteps, upright: UprightSteps): RgbPicture {
  const area = uprightArea(steps.area, steps.between, upright);
  const { width, height } = uprightSize(steps.resized, upright);
  const isTurned = upright.turnDegrees % 180 !== 0;
  const [across, down] = isTurned ? [steps.down, steps.across] : [steps.across, steps.down];
  return resample(
    picture,
    { ...across, count: width, span: { from: area.left, length: area.width } },
    { ...down, count: height, span: { from: area.top, length: area.height } },
  );
}
