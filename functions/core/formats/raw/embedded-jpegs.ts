import { jpegCoding, jpegLength } from '../jpeg/jpeg-coding.ts';
import { jpegAt, type Preview } from './embedded-preview.ts';

/** Start of image, and of the segment behind it. */
const START = Uint8Array.of(0xff, 0xd8, 0xff);
/** Starts of JPEGs that are looked at; more than any file has. */
const MAXIMUM_STARTS = 256;
/** Bytes in which a JPEG's frame header must lie: previews have a few segments of metadata, of 64 KiB at most. */
const MAXIMUM_HEADER_BYTES = 256 * 1024;

/** All JPEGs that lie in a file as they are, found by their first bytes, except those within others. */
export function embeddedJpegs(bytes: Uint8Array): readonly Preview[] {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const previews: Preview[] = [];
  let at = file.indexOf(START, 1);
  for (let starts = 0; at >= 0 && starts < MAXIMUM_STARTS; starts++) {
    const isJpeg = jpegCoding(bytes.subarray(at, at + MAXIMUM_HEADER_BYTES)) !== undefined;
    const length = isJpeg ? jpegLength(bytes.subarray(at)) : 2;
    if (isJpeg) previews.push(...jpegAt(bytes, at, length));
    at = length === Infinity ? -1 : file.indexOf(START, at + length);
  }
  return previews;
}
