import { type Layout, streamedBytes } from '../pixels/layout.ts';
import type { Size } from '../pixels/pixels.ts';

/** A still picture is held twice, 4 bytes a pixel each time. */
const HELD_BYTES = 8;
/** An animation has a canvas beside its frame; 9 were measured. */
const ANIMATED_HELD_BYTES = 12;
/** What the demuxer notes of each frame. */
const FRAME_BYTES = 160;
const ANIMATION_FLAG = 2;

/** A WebP's canvas and frames, whichever is larger (https://developers.google.com/speed/webp/docs/riff_container). */
export function webpLayout(bytes: Uint8Array): Layout | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let frames = 0;
  let isAnimated = false;
  let largest: Size | undefined;
  const take = (size: Size | undefined) => {
    if (!size) return;
    const { width, height } = largest ?? size;
    largest = { width: Math.max(width, size.width), height: Math.max(height, size.height) };
  };
  let at = 12;
  while (at + 8 <= bytes.length) {
    const type = String.fromCharCode(...bytes.subarray(at, at + 4));
    const size = view.getUint32(at + 4, true);
    take(sizeIn(type, view, at + 8));
    if (type === 'VP8X' && at + 9 <= bytes.length) isAnimated = ((bytes[at + 8] ?? 0) & ANIMATION_FLAG) !== 0;
    if (type === 'ANMF') frames += 1;
    // A frame's own chunks stand behind its 16 bytes.
    at += type === 'ANMF' ? 8 + 16 : 8 + size + (size & 1);
  }
  if (!largest) return undefined;
  const { width, height } = largest;
  const pixelBytes = isAnimated || frames > 0 ? ANIMATED_HELD_BYTES : HELD_BYTES;
  return {
    kind: isAnimated ? 'animated webp' : 'webp',
    ...{ width, height, parts: Math.max(1, frames) },
    heldBytes: width * height * pixelBytes + frames * FRAME_BYTES + streamedBytes(width * 4, height),
  };
}

function sizeIn(type: string, view: DataView, at: number): Size | undefined {
  const has = (length: number) => at + length <= view.byteLength;
  const uint24 = (where: number) => view.getUint16(where, true) + view.getUint8(where + 2) * 2 ** 16;
  // A frame tag of 3 bytes and a start code of 3; then 14 bits each, the upper two being a scale (RFC 6386, 9.1).
  if (type === 'VP8 ' && has(10)) {
    return { width: view.getUint16(at + 6, true) & 0x3fff, height: view.getUint16(at + 8, true) & 0x3fff };
  }
  if (type === 'VP8L' && has(5)) {
    const bits = view.getUint32(at + 1, true);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  if (type === 'VP8X' && has(10)) return { width: uint24(at + 4) + 1, height: uint24(at + 7) + 1 };
  if (type === 'ANMF' && has(16)) return { width: uint24(at + 6) + 1, height: uint24(at + 9) + 1 };
  return undefined;
}
