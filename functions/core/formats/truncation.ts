import { colourTableBytes, subBlocksEnd } from './gif-layout.ts';
import { heifMeta } from './heif/heif-items.ts';
import { boxesIn } from './heif/iso-boxes.ts';
import type { AcceptedFormat } from './image-format.ts';
import { svgDocument } from './svg/svg-document.ts';
import { svgEndsEarly } from './svg/svg-ending.ts';
import { readTiffDirectory } from './tiff/tiff-directory.ts';
import { tiffPart, tiffParts } from './tiff/tiff-parts.ts';

/**
 * Whether a file's own structure says that it should go on beyond the bytes at hand. Asked only of files that failed
 * to decode, to tell `truncated` from `corrupt` without trusting the words of a decoder's message.
 */
export function endsEarly(bytes: Uint8Array, format: AcceptedFormat): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return END_CHECKS[format](bytes, view);
}

const END_CHECKS: Record<AcceptedFormat, (bytes: Uint8Array, view: DataView) => boolean> = {
  jpeg: jpegEndsEarly,
  png: pngEndsEarly,
  webp: (bytes, view) => bytes.length < 12 || 8 + view.getUint32(4, true) > bytes.length,
  avif: heifEndsEarly,
  heic: (bytes, view) => heifEndsEarly(bytes, view) || !hasMeta(bytes, view),
  jxl: (bytes, view) => bytes[0] === 0 && boxesEndEarly(bytes, view),
  gif: gifEndsEarly,
  tiff: tiffEndsEarly,
  svg: (bytes) => svgEndsEarly(svgDocument(bytes)),
};

/** Segments up to the scan, then entropy-coded data up to the end-of-image marker (ITU-T T.81, annex B). */
function jpegEndsEarly(bytes: Uint8Array, view: DataView): boolean {
  let at = 2;
  while (at + 4 <= bytes.length) {
    if (bytes[at] !== 0xff) return false;
    const marker = bytes[at + 1] ?? 0;
    // The end, or a start where there cannot be one.
    if (marker === 0xd9 || marker === 0xd8) return false;
    // A fill byte before a marker.
    if (marker === 0xff) at += 1;
    else if (marker === 0xda) at = entropyCodedEnd(bytes, at + 2 + view.getUint16(at + 2));
    else at += 2 + view.getUint16(at + 2);
  }
  return !(bytes[at] === 0xff && bytes[at + 1] === 0xd9);
}

/** The next marker: within a scan 0xFF is followed by a stuffed zero or by a restart marker (0xD0 to 0xD7). */
function entropyCodedEnd(bytes: Uint8Array, start: number): number {
  let at = bytes.indexOf(0xff, start);
  while (at >= 0) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && (next < 0xd0 || next > 0xd7)) return at;
    at = bytes.indexOf(0xff, at + 2);
  }
  return bytes.length;
}

/** Chunks of length, type, data and checksum up to IEND (PNG specification, section 5). */
function pngEndsEarly(bytes: Uint8Array, view: DataView): boolean {
  const IEND = 0x49454e44;
  let at = 8;
  while (at + 12 <= bytes.length) {
    if (view.getUint32(at + 4) === IEND) return false;
    at += 12 + view.getUint32(at);
  }
  return true;
}

/** Boxes, and the bytes of pictures, which may lie in a box that reaches to the end. */
function heifEndsEarly(bytes: Uint8Array, view: DataView): boolean {
  const extents = heifMeta(bytes)?.items.flatMap((item) => item.extents) ?? [];
  return boxesEndEarly(bytes, view) || extents.some(({ end }) => end > bytes.length);
}

/** Whether the box is there, and whole, that says all of the pictures; cameras write it before these. */
function hasMeta(bytes: Uint8Array, view: DataView): boolean {
  const meta = boxesIn(view, 0, bytes.length).find(({ type }) => type === 'meta');
  return meta !== undefined && meta.start - 8 + view.getUint32(meta.start - 8) <= bytes.length;
}

/** Boxes of length and type; a length of 0 reaches to the end, 1 announces one of 64 bits (ISO/IEC 14496-12). */
function boxesEndEarly(bytes: Uint8Array, view: DataView): boolean {
  let at = 0;
  while (at + 16 <= bytes.length) {
    const length = view.getUint32(at);
    if (length === 0) return false;
    at += length === 1 ? Number(view.getBigUint64(at + 8)) : Math.max(8, length);
  }
  return at > bytes.length;
}

/** Blocks up to the trailer (GIF89a specification), or to a byte that starts no block. */
function gifEndsEarly(bytes: Uint8Array): boolean {
  const EXTENSION = 0x21;
  const IMAGE = 0x2c;
  let at = 13 + colourTableBytes(bytes[10]);
  while (at < bytes.length) {
    if (bytes[at] === EXTENSION) at = subBlocksEnd(bytes, at + 2);
    else if (bytes[at] === IMAGE) at = subBlocksEnd(bytes, at + 11 + colourTableBytes(bytes[at + 9]));
    else return false;
  }
  return true;
}

/** The directory, a tag's values, a strip or a tile lies beyond the end. */
function tiffEndsEarly(bytes: Uint8Array): boolean {
  const directory = readTiffDirectory(bytes);
  if (!directory || directory.pointsBeyondEnd) return true;
  for (let index = 0; index < tiffParts(directory); index++) {
    if (tiffPart(directory, index).end > bytes.length) return true;
  }
  return false;
}
