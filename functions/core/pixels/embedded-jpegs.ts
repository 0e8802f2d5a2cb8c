import { jpegAt, type Preview } from './embedded-preview.ts';
import { jpegFrame, jpegLength } from './jpeg-coding.ts';

/** Starts of JPEGs that are looked at; more than any file has. */
const MAXIMUM_STARTS = 256;
/** Bytes in which a JPEG's frame header must lie: previews have a few segments of metadata, of 64 KiB at most. */
const MAXIMUM_HEADER_BYTES = 256 * 1024;

/** All JPEGs that lie in a file as they are, found by their first bytes, except those within others. */
export function embeddedJpegs(bytes: Uint8Array): readonly Preview[] {
  const previews: Preview[] = [];
  let at = nextStart(bytes, 1);
  for (let starts = 0; at >= 0 && starts < MAXIMUM_STARTS; starts++) {
    const isJpeg = jpegFrame(bytes.subarray(at, at + MAXIMUM_HEADER_BYTES)) !== undefined;
    const length = isJpeg ? jpegLength(bytes.subarray(at)) : 2;
    if (isJpeg) previews.push(...jpegAt(bytes, at, length));
    at = nextStart(bytes, at + length);
  }
  return previews;
}

/** Where the next three bytes are those that every JPEG starts with; -1 if they are nowhere. */
function nextStart(bytes: Uint8Array, from: number): number {
  let at = bytes.indexOf(0xff, from);
  while (at >= 0 && !(bytes[at + 1] === 0xd8 && bytes[at + 2] === 0xff)) at = bytes.indexOf(0xff, at + 1);
  return at;
}
