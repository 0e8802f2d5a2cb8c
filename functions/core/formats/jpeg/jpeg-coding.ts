import type { Size } from '../../pixels/pixels.ts';
import { END, isFrame, SCAN } from './jpeg-markers.ts';

/** What a JPEG's frame header says of its coding. */
export interface JpegCoding extends Size {
  /** The second byte of the marker that the header starts with: C0 for baseline, C3 for lossless. */
  readonly marker: number;
  readonly bitsPerSample: number;
}

/** A hierarchical JPEG starts with the header of its final size (DHP), JPEG-LS has a frame of its own (ITU-T T.87). */
const HIERARCHICAL_START = 0xde;
const JPEG_LS_FRAME = 0xf7;

/** The one depth that T.81 allows beside 8 bit, lossless JPEG aside; any other is damage. */
const DEEP_BITS = 12;

/** Frames by their markers (ITU-T T.81, table B.1) that libjpeg-turbo, as libvips calls it, does not decode. */
const UNSUPPORTED_FRAMES: Readonly<Record<number, string>> = {
  195: 'lossless JPEG',
  197: 'hierarchical JPEG',
  198: 'hierarchical JPEG',
  199: 'hierarchical JPEG',
  203: 'lossless JPEG',
  205: 'hierarchical JPEG',
  206: 'hierarchical JPEG',
  207: 'hierarchical JPEG',
  [HIERARCHICAL_START]: 'hierarchical JPEG',
  [JPEG_LS_FRAME]: 'JPEG-LS',
};

/** The frame header of a JPEG whose segments lie one behind the other, as all writers lay them. */
export function jpegCoding(bytes: Uint8Array): JpegCoding | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === SCAN || marker === END) return undefined;
    if (isAnyFrame(marker)) {
      const [height, width] = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return { marker, bitsPerSample: view.getUint8(at + 4), width, height };
    }
    // Fill bytes; and another start of an image, which has no length.
    if (marker === 0xff) at += 1;
    else if (marker === 0xd8) at += 2;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
  }
  return undefined;
}

/** Bytes of the JPEG that some bytes start with, up to its end; infinite where it has none. */
export function jpegLength(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = view.getUint8(at + 1);
    if (marker === END) return at + 2;
    if (marker === 0xff) at += 1;
    else at += 2 + Math.max(2, view.getUint16(at + 2));
    if (marker === SCAN) at = nextMarker(bytes, at);
  }
  return at + 2 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] === END ? at + 2 : Infinity;
}

/** Within a scan, FF is followed by a stuffed zero or by a restart marker (D0 to D7). */
function nextMarker(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at = bytes.indexOf(0xff, at + 2);
  }
  return bytes.length;
}

function isAnyFrame(marker: number): boolean {
  return isFrame(marker) || marker === HIERARCHICAL_START || marker === JPEG_LS_FRAME;
}

/** Names the coding of a JPEG that is not decoded. Arithmetic coding is: libjpeg-turbo has it. */
export function unsupportedCoding(frame: JpegCoding | undefined): string | undefined {
  if (!frame) return undefined;
  // Its height follows behind the first scan (ITU-T T.81, B.2.5).
  if (frame.height === 0 && frame.width > 0) return 'JPEG without a height in its header (DNL)';
  return UNSUPPORTED_FRAMES[frame.marker] ?? (frame.bitsPerSample === DEEP_BITS ? '12-bit JPEG' : undefined);
}
