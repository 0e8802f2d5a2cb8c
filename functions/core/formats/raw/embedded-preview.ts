import type { Size } from '../../pixels/pixels.ts';
import { jpegCoding, unsupportedCoding } from '../jpeg/jpeg-coding.ts';
import { endsEarly } from '../truncation.ts';
import { exifOrientation } from './jpeg-orientation.ts';

/** A picture within a camera RAW file. Its size is 0 where it lies beyond the end of the file. */
export interface Preview extends Size {
  readonly format: 'jpeg' | 'tiff';
  readonly isWhole: boolean;
  readonly content: () => Uint8Array;
  /** What its own EXIF says of how it lies. */
  readonly orientation: number | undefined;
}

/** What a camera RAW file has of previews. */
export interface Previews {
  readonly previews: readonly Preview[];
  /** What the file says of how all of them lie. */
  readonly orientation: number | undefined;
  /** Whether the file's structure goes on beyond its end. */
  readonly endsEarly: boolean;
  /** Previews that are not decoded, in words. */
  readonly unsupported?: readonly string[];
}

/** The JPEG in a part of a file, if a decodable one is there: sensor data may be lossless JPEG. */
export function jpegAt(bytes: Uint8Array, start: number, length: number): readonly Preview[] {
  const end = start + length;
  const content = bytes.subarray(start, end);
  const cut: Preview = {
    ...{ format: 'jpeg', isWhole: false, width: 0, height: 0, orientation: undefined },
    content: () => content,
  };
  if (length < 4 || start === 0) return [];
  if (start + 4 > bytes.length) return [cut];
  if (content[0] !== 0xff || content[1] !== 0xd8) return [];
  const frame = jpegCoding(content);
  if (unsupportedCoding(frame)) return [];
  if (!frame) return end > bytes.length ? [cut] : [];
  const { width, height } = frame;
  const isWhole = end <= bytes.length || !endsEarly(content, 'jpeg');
  return [{ ...cut, isWhole, width, height, orientation: exifOrientation(content) }];
}

const ORIENTATIONS: Readonly<Record<number, number>> = { 0: 1, 90: 6, 180: 3, 270: 8 };

/** The EXIF orientation of a picture that is to be turned by so many degrees, clockwise. */
export function orientationOfTurn(degrees: number): number | undefined {
  return ORIENTATIONS[((degrees % 360) + 360) % 360];
}
