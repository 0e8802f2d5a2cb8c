import { availableParallelism } from 'node:os';
import pLimit from 'p-limit';
import sharp, { type Sharp } from 'sharp';
import { resizeBicubic } from '../core/picture/bicubic.ts';
import { type AcceptedFormat, acceptedFormat } from '../core/picture/image-format.ts';
import {
  checkChannels,
  checkPixels,
  DEFAULT_PIXEL_LIMITS,
  type PictureHeader,
  type PixelLimits,
} from '../core/picture/pixel-limits.ts';
import {
  type Area,
  centreSquare,
  centreWindow,
  type Pixels,
  type RgbPicture,
  resizedSize,
  type Size,
  type UprightSteps,
  uprightSize,
  uprightSteps,
} from '../core/pixels.ts';
import type { PixelDecoder } from '../core/ports.ts';
import { asFault, type Upload, withinTime } from './sharp-faults.ts';

export interface SharpDecoderOptions {
  /** What a picture's header may ask for. @default DEFAULT_PIXEL_LIMITS */
  readonly limits?: Partial<PixelLimits>;
  /** How many pictures are decoded at once, 1 to 4 (libuv's threads). @default the machine's processors */
  readonly maximumConcurrency?: number;
  /** After this long a picture is given up, 1 to 3,600. @default 20 */
  readonly timeoutSeconds?: number;
}

/** Several times what the slowest pictures take: 2.8 s for an AVIF of twice the pixels that the limits allow. */
const DEFAULT_TIMEOUT_SECONDS = 20;
/** Size of libuv's thread pool unless UV_THREADPOOL_SIZE says otherwise. */
const LIBUV_THREADS = 4;
/** JPEG codes blocks of 8 × 8 pixels and can be decoded at 1/2, 1/4 or 1/8 of its size. */
const JPEG_BLOCK = 8;

/**
 * Decodes pictures with libvips to what CLIP's own preprocessing (PIL, torchvision) makes of them: upright, first
 * frame, sRGB, over white, short side resized, centre square. `decode` rejects with an `ImageFault` for every
 * permanent fault of the picture and with a retryable `CliptagError` when time or memory ran out.
 */
export function sharpPixelDecoder(options: SharpDecoderOptions = {}): PixelDecoder {
  const limits = { ...DEFAULT_PIXEL_LIMITS, ...options.limits };
  const timeoutSeconds = options.timeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const whenFree = pLimit(options.maximumConcurrency ?? Math.min(LIBUV_THREADS, availableParallelism()));
  // One thread for each picture: a second one gained nothing from 2 to 12 megapixels, a second picture at once did.
  sharp.concurrency(1);
  // No picture comes twice: libvips' cache of operations would only hold memory.
  sharp.cache(false);
  return {
    decode: (bytes, { size }) =>
      whenFree(() => withinTime(decode(bytes, size, { limits, timeoutSeconds }), timeoutSeconds)),
  };
}

interface Settings {
  readonly limits: PixelLimits;
  readonly timeoutSeconds: number;
}

interface Header extends PictureHeader {
  readonly steps: UprightSteps;
}

async function decode(bytes: Uint8Array, side: number, settings: Settings): Promise<Pixels> {
  const upload = { bytes, format: acceptedFormat(bytes) };
  const header = await readHeader(upload);
  checkPixels(header, side, settings.limits);
  checkChannels(header);
  const picture = await renderUpright(upload, header, side, settings.timeoutSeconds);
  const { width, height } = uprightSize(header, header.steps);
  return { size: side, data: centreSquare(picture, side), width, height, format: upload.format };
}

async function readHeader(upload: Upload): Promise<Header> {
  const { format } = upload;
  const { width, height, channels, orientation, isProgressive, bitsPerSample } = await asFault(upload, () =>
    open(upload).metadata(),
  );
  return {
    ...{ format, width, height, channels, isProgressive },
    bitsPerSample: bitsPerSample ?? 8,
    steps: uprightSteps(orientation),
  };
}

/** The upright picture (of an extremely long one its centre) with its short side resized to `side`. */
async function renderUpright(
  upload: Upload,
  header: Header,
  side: number,
  timeoutSeconds: number,
): Promise<RgbPicture> {
  const isDrawing = upload.format === 'svg';
  const window = isDrawing ? wholeOf(header) : centreWindow(header);
  const enlarges = !isDrawing && Math.min(window.width, window.height) < side;
  const pipeline = open(upload);
  // All of it is decoded though only a square is kept: so a truncated picture is found, wherever it ends.
  if (!isWholeOf(header, window) || !shrinksExactly(upload.format, header)) pipeline.extract(window);
  if (!enlarges) resize(pipeline, resizedSize(window, side));
  setUpright(pipeline, header.steps);
  const picture = await asFault(upload, () => toRgb(pipeline, timeoutSeconds));
  return enlarges ? resizeBicubic(picture, resizedSize(picture, side)) : picture;
}

async function toRgb(pipeline: Sharp, timeoutSeconds: number): Promise<RgbPicture> {
  const { data, info } = await pipeline
    .flatten({ background: '#ffffff' })
    .toColourspace('srgb')
    .timeout({ seconds: timeoutSeconds })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/**
 * `failOn: 'error'` refuses what is cut off or fails its checksums and accepts what cameras and editors get wrong
 * without harm to the pixels, such as TIFF tags out of order ('warning' would refuse those; 'truncated' lets a wrong
 * PNG checksum pass). Limits are checked on the header, by format, so sharp's own is off.
 */
function open({ bytes }: Upload): Sharp {
  return sharp(bytes, { failOn: 'error', limitInputPixels: false });
}

function wholeOf({ width, height }: Size): Area {
  return { left: 0, top: 0, width, height };
}

function isWholeOf(size: Size, area: Area): boolean {
  return area.width === size.width && area.height === size.height;
}

/**
 * Whether libvips may decode at a fraction of the size. It cuts off what does not fill a block, and the rest is
 * stretched over its place: up to 2.5 of 255 off where sides are no multiples of 8, 0.4 where they are. Extracting
 * the whole picture is the way to tell sharp not to (12 megapixels then take 75 ms instead of 22).
 */
function shrinksExactly(format: AcceptedFormat, { width, height }: Size): boolean {
  return format !== 'jpeg' || (width % JPEG_BLOCK === 0 && height % JPEG_BLOCK === 0);
}

/**
 * The cubic kernel is PIL's bicubic (0.2 of 255 off; `mitchell` 1.0, `lanczos3` 0.8). Without `fastShrinkOnLoad` the
 * kernel has at least half of the reduction to do: 0.3 instead of 1.0 off for JPEG, 0.5 instead of 1.6 for WebP.
 */
function resize(pipeline: Sharp, { width, height }: Size): void {
  pipeline.resize(width, height, { fit: 'fill', kernel: 'cubic', fastShrinkOnLoad: false });
}

/** Explicit steps and not sharp's autoOrient, which before an `extract` turns the whole picture in memory. */
function setUpright(pipeline: Sharp, { flip, flop, turnDegrees }: UprightSteps): void {
  pipeline.flip(flip).flop(flop);
  if (turnDegrees !== 0) pipeline.rotate(turnDegrees);
}
