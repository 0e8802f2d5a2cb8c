import type { Size } from '../../pixels/pixels.ts';
import { jpegStart } from './jpeg-start.ts';

const BLOCK_SIDE = 8;
/** libjpeg's own limit (`JPEG_MAX_DIMENSION`). */
const MAXIMUM_SIDE = 65_500;

/** A JPEG for a decoder that leaves away the rows which do not fill a last one of the reduced picture. */
export interface JpegOfWholeRows {
  readonly bytes: Uint8Array;
  /** What its header says: the picture's own height, or the next that the reduction divides. */
  readonly height: number;
}

/**
 * Has a JPEG read to its last row by a decoder that reduces it and leaves away what does not fill a row of the reduced
 * picture. A JPEG's blocks come in units of 8 rows or more. Where the decoder would leave away the last unit, and with it
 * whether that is there at all, a copy announces as many rows as fill the last one: the unit has them, since it is coded
 * whole, and encoders fill it with the last row again. Nothing else of the coding depends on the height where all colours
 * come in one scan; where they do not, libjpeg reads every scan to its end before it gives the first row.
 *
 * @param size what the decoder says of the picture
 * @param by the reduction: 2, 4 or 8
 * @returns undefined where the file says something else than the decoder does, or no height is right
 */
export function jpegOfWholeRows(bytes: Uint8Array, size: Size, by: number): JpegOfWholeRows | undefined {
  const start = jpegStart(bytes);
  if (start?.width !== size.width || start.height !== size.height) return undefined;
  const { components, isProgressive, scanned, heightAt } = start;
  const own = { bytes, height: size.height };
  if (isProgressive || (scanned ?? 0) < components.length) return own;
  const unitRows = BLOCK_SIDE * Math.max(...components.map(({ vertical }) => vertical));
  const rowsOfLastUnit = ((size.height - 1) % unitRows) + 1;
  if (rowsOfLastUnit >= by) return own;
  const height = Math.ceil(size.height / by) * by;
  if (height > MAXIMUM_SIDE) return undefined;
  const copy = new Uint8Array(bytes);
  new DataView(copy.buffer).setUint16(heightAt, height);
  return { bytes: copy, height };
}
