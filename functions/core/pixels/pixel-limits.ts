import { ImageFault } from '../errors.ts';
import type { AcceptedFormat } from './image-format.ts';
import { resizedSize, type Size } from './pixels.ts';

/** Limits on what an image's header may announce: a few kilobytes can announce gigabytes of pixels. */
export interface PixelLimits {
  /** Maximum of width × height. @default 268,435,456 */
  readonly maximumPixels: number;
  /**
   * Memory that decoding one picture may hold, in bytes: limits the formats that cannot be streamed. A larger value than
   * the default counts as the default, or {@link DECODING_BUDGET_BYTES} would not hold. @default 512 MiB
   */
  readonly maximumHeldBytes: number;
}

export const DEFAULT_PIXEL_LIMITS: PixelLimits = {
  /** 2^28: the largest camera sensors of phones give 200 megapixels; streamed decoding took 0.4 s and 75 MB of it. */
  maximumPixels: 2 ** 28,
  /** A third of the budget: two pictures in this process and a drawing in its own. */
  maximumHeldBytes: 512 * 2 ** 20,
};

/**
 * What all decoding of one process may hold at once, its drawing process included: half of Lambda's 3,008 MB. The
 * other half is the model's (about 0.7 GB with ViT-B/32), the uploads' and Node's.
 */
export const DECODING_BUDGET_BYTES = 1536 * 2 ** 20;

/** Drawings that are drawn at once, each in a process of its own; a drawing may hold as much memory as a picture. */
export const DRAWINGS_AT_ONCE = 1;

/** Decoders run on libuv's four threads; one of them stays free to read files. */
const MAXIMUM_DECODING_THREADS = 3;

/** How many pictures may be decoded at once in a process: bounded by the budget whatever the machine offers. */
export function picturesAtOnce(processors: number): number {
  const fitting =
    Math.floor(DECODING_BUDGET_BYTES / DEFAULT_PIXEL_LIMITS.maximumHeldBytes) - DRAWINGS_AT_ONCE;
  return Math.max(1, Math.min(processors, MAXIMUM_DECODING_THREADS, fitting));
}

/** The limits that are given, and {@link DEFAULT_PIXEL_LIMITS} for the others. */
export function pixelLimits(given: Partial<PixelLimits> = {}): PixelLimits {
  const { maximumPixels, maximumHeldBytes } = { ...DEFAULT_PIXEL_LIMITS, ...given };
  return {
    maximumPixels,
    maximumHeldBytes: Math.min(maximumHeldBytes, DEFAULT_PIXEL_LIMITS.maximumHeldBytes),
  };
}

/** What is known of a picture before any pixel is decoded; sizes as stored. */
export interface PictureHeader extends Size {
  readonly format: AcceptedFormat;
  /** Progressive JPEG or interlaced PNG. */
  readonly isProgressive: boolean;
  /** Bits of one sample. */
  readonly bitsPerSample: number;
  /** Samples of one pixel, transparency included. */
  readonly channels: number;
}

/**
 * Bytes held for one pixel at the peak, measured with libvips 8.18 on pictures of 8192 × 8192 (growth of the largest
 * resident set, rounded up; 16 bits counted twice). Baseline JPEG, plain PNG and TIFF are streamed and held 75 MB
 * whatever their size; the others' decoders, and the seven passes of an interlaced PNG (lovell/sharp#1076), need the
 * whole picture.
 */
const HELD_BYTES = { avif: 18, webp: 8, gif: 5, progressiveJpeg: 6, interlacedPng: 4, interlacedPng16: 8 };

function heldBytesPerPixel({ format, isProgressive, bitsPerSample }: PictureHeader): number {
  if (format === 'avif' || format === 'webp' || format === 'gif') return HELD_BYTES[format];
  if (!isProgressive) return 0;
  if (format === 'jpeg') return HELD_BYTES.progressiveJpeg;
  return bitsPerSample > 8 ? HELD_BYTES.interlacedPng16 : HELD_BYTES.interlacedPng;
}

/** The longest side that sharp lets librsvg draw, in pixels. */
const MAXIMUM_DRAWN_SIDE = 32_767;

/**
 * Refuses a decompression bomb by its header.
 *
 * @param side short side to which the picture is resized, in pixels
 * @throws {ImageFault} `too-many-pixels`
 */
export function checkPixels(header: PictureHeader, side: number, limits: PixelLimits): void {
  const excess = header.format === 'svg' ? drawingExcess(header, side) : pixelExcess(header, limits);
  if (excess) throw new ImageFault('failed', 'too-many-pixels', excess);
}

/** CMYK, or RGB with transparency. Scientific TIFFs have more: bands of a spectrum, slices of a body. */
const MAXIMUM_CHANNELS = 4;

/** @throws {ImageFault} `unsupported-format` */
export function checkChannels({ channels }: PictureHeader): void {
  if (channels <= MAXIMUM_CHANNELS) return;
  const message = `Expected an image of at most ${MAXIMUM_CHANNELS} channels but received one of ${channels}`;
  throw new ImageFault('unsupported', 'unsupported-format', message);
}

function pixelExcess(header: PictureHeader, limits: PixelLimits): string | undefined {
  const heldBytes = heldBytesPerPixel(header);
  // Division by zero, for streamed formats, gives Infinity: no limit.
  const maximumPixels = Math.floor(Math.min(limits.maximumPixels, limits.maximumHeldBytes / heldBytes));
  if (header.width * header.height <= maximumPixels) return undefined;
  const kind = header.isProgressive ? `progressive or interlaced ${header.format}` : header.format;
  return `Expected at most ${maximumPixels} pixels for ${kind} but received ${header.width} x ${header.height}`;
}

/** A drawing has no pixels of its own, whatever size it claims: it is drawn with the short side that is needed. */
function drawingExcess(header: PictureHeader, side: number): string | undefined {
  const drawn = resizedSize(header, side);
  if (Math.max(drawn.width, drawn.height) <= MAXIMUM_DRAWN_SIDE) return undefined;
  return `Expected a drawing of at most ${MAXIMUM_DRAWN_SIDE} pixels but received one to be drawn in ${drawn.width} x ${drawn.height}`;
}
