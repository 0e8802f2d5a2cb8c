import type { Size } from './pixels.ts';

/** What a picture's header says that decoding it will take. */
export interface Layout extends Size {
  /** The picture's kind, as an error names it: `interlaced png`. */
  readonly kind: string;
  /**
   * Memory that the decoder, and libvips around it, hold at the peak, in bytes; never less than what was measured with
   * libvips 8.18 (`test/torture/bombs.ts`). What each process takes anyway is not counted.
   */
  readonly heldBytes: number;
  /** Frames of an animation, pages of a document: the first one is shown, but decoders list them all. @default 1 */
  readonly parts?: number;
  /** Pixels that are decoded in all, where these are more than the picture has. @default width × height */
  readonly decodedPixels?: number;
}

/** More frames or pages than this are refused: decoders list them all, some in a time that grows by their square. */
export const MAXIMUM_PARTS = 16_384;

/**
 * Rows that libvips holds of a picture that it streams: its line caches, and what one row of the resized picture needs.
 * Measured: up to 1,540 rows of pictures 16,384 pixels high, whatever the bytes of a pixel.
 */
const STREAMED_ROWS = 1536;

/** Memory for a picture that is streamed by the row. */
export function streamedBytes(rowBytes: number, height: number): number {
  // Two rows are the decoder's own: the one that it works on and, for filters, the one above.
  return rowBytes * (Math.min(height, STREAMED_ROWS) + 2);
}
