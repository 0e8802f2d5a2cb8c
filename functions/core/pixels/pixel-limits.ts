import { ImageFault } from '../errors.ts';
import { type Layout, MAXIMUM_PARTS } from './layout.ts';
import { resizedSize, type Size } from './pixels.ts';

/** Limits on what an image's header may announce: a few kilobytes can announce gigabytes of pixels. */
export interface PixelLimits {
  /** Maximum of width × height. @default 268,435,456 */
  readonly maximumPixels: number;
  /**
   * Memory that decoding one picture may hold, in bytes. A larger value than the default counts as the default, or
   * {@link PICTURES_BUDGET_BYTES} would not hold. @default 512 MiB
   */
  readonly maximumHeldBytes: number;
}

export const DEFAULT_PIXEL_LIMITS: PixelLimits = {
  /** 2^28: the largest camera sensors of phones give 200 megapixels; streamed decoding took 0.4 s and 75 MB of it. */
  maximumPixels: 2 ** 28,
  /** Of AVIF, which takes most, 29 megapixels; of a PNG that is streamed, rows of half a megabyte. */
  maximumHeldBytes: 512 * 2 ** 20,
};

/**
 * What all pictures that one process decodes may hold at once. With Node, libvips and an upload of 50 MB it stays below
 * 1 GB, whatever is uploaded.
 */
export const PICTURES_BUDGET_BYTES = 640 * 2 ** 20;

/** Drawings that are drawn at once, each in a process of its own; a drawing may hold as much memory as a picture. */
export const DRAWINGS_AT_ONCE = 1;

/** Decoders run on libuv's four threads; one of them stays free to read files. */
const MAXIMUM_DECODING_THREADS = 3;

/** How many pictures may be decoded at once in a process, as far as {@link PICTURES_BUDGET_BYTES} lasts. */
export function picturesAtOnce(processors: number): number {
  return Math.max(1, Math.min(processors, MAXIMUM_DECODING_THREADS));
}

/** The limits that are given, and {@link DEFAULT_PIXEL_LIMITS} for the others. */
export function pixelLimits(given: Partial<PixelLimits> = {}): PixelLimits {
  const { maximumPixels, maximumHeldBytes } = { ...DEFAULT_PIXEL_LIMITS, ...given };
  return {
    maximumPixels,
    maximumHeldBytes: Math.min(maximumHeldBytes, DEFAULT_PIXEL_LIMITS.maximumHeldBytes),
  };
}

/** The longest side that sharp lets librsvg draw, in pixels. */
const MAXIMUM_DRAWN_SIDE = 32_767;

/**
 * Refuses a decompression bomb by its header.
 *
 * @throws {ImageFault} `too-many-pixels`
 */
export function checkLayout(layout: Layout, limits: PixelLimits): void {
  const excess = pixelExcess(layout, limits) ?? partsExcess(layout) ?? memoryExcess(layout, limits);
  if (excess) throw new ImageFault('failed', 'too-many-pixels', excess);
}

function pixelExcess(
  { kind, width, height, decodedPixels }: Layout,
  limits: PixelLimits,
): string | undefined {
  const pixels = decodedPixels ?? width * height;
  if (pixels <= limits.maximumPixels) return undefined;
  const received = pixels === width * height ? `${width} x ${height}` : `${pixels}`;
  return `Expected at most ${limits.maximumPixels} pixels but received ${received} (${kind})`;
}

function partsExcess({ kind, parts = 1 }: Layout): string | undefined {
  if (parts <= MAXIMUM_PARTS) return undefined;
  return `Expected at most ${MAXIMUM_PARTS} frames or pages but received more (${kind})`;
}

function memoryExcess(
  { kind, width, height, heldBytes }: Layout,
  { maximumHeldBytes }: PixelLimits,
): string | undefined {
  if (heldBytes <= maximumHeldBytes) return undefined;
  return `Expected a picture that takes at most ${maximumHeldBytes} bytes of memory to decode but received one of ${width} x ${height} (${kind}) that takes ${Math.ceil(heldBytes)}`;
}

/**
 * Refuses a drawing by its shape. It has no pixels of its own, whatever size it claims: it is drawn with the short side
 * that is needed.
 *
 * @param side short side in which it is drawn, in pixels
 * @throws {ImageFault} `too-many-pixels`
 */
export function checkDrawing(size: Size, side: number): void {
  const drawn = resizedSize(size, side);
  if (Math.max(drawn.width, drawn.height) <= MAXIMUM_DRAWN_SIDE) return;
  const message = `Expected a drawing of at most ${MAXIMUM_DRAWN_SIDE} pixels but received one to be drawn in ${drawn.width} x ${drawn.height}`;
  throw new ImageFault('failed', 'too-many-pixels', message);
}

/** CMYK, or RGB with transparency. Scientific TIFFs have more: bands of a spectrum, slices of a body. */
const MAXIMUM_CHANNELS = 4;

/** @throws {ImageFault} `unsupported-format` */
export function checkChannels(channels: number): void {
  if (channels <= MAXIMUM_CHANNELS) return;
  const message = `Expected an image of at most ${MAXIMUM_CHANNELS} channels but received one of ${channels}`;
  throw new ImageFault('unsupported', 'unsupported-format', message);
}
