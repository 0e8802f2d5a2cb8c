import { startsAs } from '../format-signatures.ts';
import { END, SCAN } from '../jpeg/jpeg-markers.ts';

/** Pieces of a file that are looked at before EXIF is given up; a PNG may have thousands, of pixels, before it. */
const MAXIMUM_PIECES = 65_536;

const APP1 = 0xe1;
const EXIF_NAME = 'Exif\0';

/** The segment of a JPEG that holds EXIF (EXIF 2.32, 4.5.5); it comes before the scan. */
export function jpegExif(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes);
  let at = 2;
  for (let pieces = 0; pieces < MAXIMUM_PIECES; pieces++) {
    at = bytes.indexOf(0xff, at);
    while (at >= 0 && bytes[at + 1] === 0xff) at += 1;
    if (at < 0 || at + 4 > bytes.length) return undefined;
    const marker = bytes[at + 1] ?? 0;
    if (marker === SCAN || marker === END) return undefined;
    const end = at + 2 + Math.max(2, view.getUint16(at + 2));
    const content = bytes.subarray(at + 4, end);
    if (marker === APP1 && startsAs(content, EXIF_NAME)) return content;
    at = hasLength(marker) ? end : at + 2;
  }
  return undefined;
}

/** Neither stuffing, TEM, a restart nor another start of an image. */
function hasLength(marker: number): boolean {
  return marker > 1 && !(marker >= 0xd0 && marker <= 0xd8);
}

const PNG_EXIF = 0x65584966;

/** `eXIf`, which may stand on either side of the pixels (PNG, third edition, 11.3.4.5). */
export function pngExif(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes);
  let at = 8;
  for (let pieces = 0; pieces < MAXIMUM_PIECES && at + 12 <= bytes.length; pieces++) {
    const length = view.getUint32(at);
    if (view.getUint32(at + 4) === PNG_EXIF) return bytes.subarray(at + 8, at + 8 + length);
    at += 12 + length;
  }
  return undefined;
}

/** `EXIF` (https://developers.google.com/speed/webp/docs/riff_container), which is the last chunk but one. */
export function webpExif(bytes: Uint8Array): Uint8Array | undefined {
  const view = viewOf(bytes);
  let at = 12;
  for (let pieces = 0; pieces < MAXIMUM_PIECES && at + 8 <= bytes.length; pieces++) {
    const length = view.getUint32(at + 4, true);
    if (startsAs(bytes.subarray(at, at + 4), 'EXIF')) return bytes.subarray(at + 8, at + 8 + length);
    at += 8 + length + (length & 1);
  }
  return undefined;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
