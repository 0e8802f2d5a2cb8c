import { type Layout, streamedBytes } from '../pixels/layout.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
/** A canvas of 4 bytes a pixel, and a byte for the frame's own. */
const HELD_BYTES = 5;
/** What libnsgif notes of each frame. */
const FRAME_BYTES = 128;

/**
 * A GIF's canvas and all of its frames: the first one is shown, but the decoder lists them all, and makes the canvas as
 * large as the largest where the header has an implausible size.
 */
export function gifLayout(bytes: Uint8Array): Layout | undefined {
  if (bytes.length < 13) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let [width, height, frames] = [0, 0, 0];
  let at = 13 + colourTableBytes(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === EXTENSION) at = subBlocksEnd(bytes, at + 2);
    else if (bytes[at] === IMAGE && at + 10 <= bytes.length) {
      frames += 1;
      width = Math.max(width, view.getUint16(at + 1, true) + view.getUint16(at + 5, true));
      height = Math.max(height, view.getUint16(at + 3, true) + view.getUint16(at + 7, true));
      at = subBlocksEnd(bytes, at + 11 + colourTableBytes(bytes[at + 9]));
    } else break;
  }
  const canvas = { width: view.getUint16(6, true), height: view.getUint16(8, true) };
  [width, height] = [Math.max(width, canvas.width), Math.max(height, canvas.height)];
  const heldBytes = width * height * HELD_BYTES + frames * FRAME_BYTES + streamedBytes(width * 4, height);
  return { kind: 'gif', width, height, parts: Math.max(1, frames), heldBytes };
}

/** A frame of one pixel that is transparent: 1 × 1 at 0, 0, with two colours of its own (GIF89a). */
const TRANSPARENT_FRAME = [
  ...[EXTENSION, 0xf9, 4, 1, 0, 0, 0, 0],
  ...[IMAGE, 0, 0, 0, 0, 1, 0, 1, 0, 0x80, 0, 0, 0, 0, 0, 0],
  ...[2, 2, 0x44, 0x01, 0],
];
const TRAILER = 0x3b;

/**
 * A GIF of which the pixels that its first frame does not give are transparent. libvips makes them so where any frame has
 * transparency, and black otherwise, so another frame is put behind all others.
 */
export function transparentGif(bytes: Uint8Array): Uint8Array {
  let at = 13 + colourTableBytes(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === EXTENSION) at = subBlocksEnd(bytes, at + 2);
    else if (bytes[at] === IMAGE) at = subBlocksEnd(bytes, at + 11 + colourTableBytes(bytes[at + 9]));
    else break;
  }
  // Where the file is cut there is no place for another frame.
  if (at > bytes.length) return bytes;
  return Buffer.concat([bytes.subarray(0, at), Buffer.from([...TRANSPARENT_FRAME, TRAILER])]);
}

/** Bit 7 announces a table of 3 bytes for each of 2^(n+1) colours, n in the lowest three bits (GIF89a). */
export function colourTableBytes(flags = 0): number {
  return flags & 0x80 ? 3 * 2 ** ((flags & 7) + 1) : 0;
}

/** Behind the empty block that ends a chain of blocks, each with its length in front. */
export function subBlocksEnd(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
}
