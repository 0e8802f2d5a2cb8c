import type { ImageFault } from '../errors.ts';
import type { AcceptedFormat } from './image-format.ts';
import { jpegCoding } from './jpeg/jpeg-coding.ts';
import { type JpegCondition, jpegCondition } from './jpeg/jpeg-condition.ts';
import { hasSignsOfLoss } from './jpeg/jpeg-signs.ts';
import { readTiffDirectory, type TiffDirectory } from './tiff/tiff-directory.ts';
import { tiffPart, tiffParts } from './tiff/tiff-parts.ts';

const END_MARKER = [0xff, 0xd9];
const PROGRESSIVE = 0xc2;
/** These take under a millisecond. */
const SMALL_BYTES = 128 * 1024;

/** Makes the fault of a picture that is not whole. */
export type WholenessFault = (code: 'truncated' | 'corrupt', reason: string) => ImageFault;

/**
 * A JPEG's bytes, or a TIFF's that holds JPEGs, before they are decoded: what looks as if a part were lost is read, as its decoder
 * would make a picture of it. The decoder's own warnings are up to {@link checkWholeness}. Files of other formats are as they
 * are.
 *
 * @returns the bytes; with an end marker where a whole JPEG lacks nothing else
 * @throws {ImageFault} `fault`'s, `truncated` or `corrupt`
 */
export async function wholeBytes(
  bytes: Uint8Array,
  format: AcceptedFormat,
  fault: WholenessFault,
): Promise<Uint8Array> {
  if (format === 'tiff') await checkTiffJpegs(bytes, fault, hasSignsOfLoss);
  if (format !== 'jpeg' || !(isSoonRead(bytes) || hasSignsOfLoss(bytes))) return bytes;
  const condition = await jpegCondition(bytes);
  checkCondition(condition, fault);
  return condition.state === 'endless'
    ? Buffer.concat([bytes.subarray(0, condition.end), Buffer.from(END_MARKER)])
    : bytes;
}

/** Of a JPEG without progressive scans, what is left behind its last block is seen by no decoder; small ones are read at once. */
function isSoonRead(bytes: Uint8Array): boolean {
  return bytes.length <= SMALL_BYTES && jpegCoding(bytes)?.marker !== PROGRESSIVE;
}

/**
 * Reads all of a JPEG's codes, or those of a TIFF's JPEGs, when its decoder has found something: it warns of harmless oddities as
 * of what is lost.
 *
 * @throws {ImageFault} `fault`'s, `truncated` or `corrupt`
 */
export async function checkWholeness(
  bytes: Uint8Array,
  format: AcceptedFormat,
  fault: WholenessFault,
): Promise<void> {
  if (format === 'tiff') await checkTiffJpegs(bytes, fault, () => true);
  if (format === 'jpeg') checkCondition(await jpegCondition(bytes), fault);
}

function checkCondition({ state, reason = '' }: JpegCondition, fault: WholenessFault): void {
  if (state === 'truncated' || state === 'corrupt') throw fault(state, reason);
}

const TAG = { compression: 259, jpegTables: 347 };
const JPEG = 7;
/** Strips and tiles may share bytes: so many times the file is looked at in all, and at so few bytes each that this ends. */
const MAXIMUM_SHARING = 2;
const LEAST_PART_BYTES = 1024;
/** Parts that are looked at at a stretch; then others have their turn. */
const TURN_PARTS = 256;

/** Each strip or tile is a JPEG; what they have in common stands in a tag (TIFF Technical Note 2). */
async function checkTiffJpegs(
  bytes: Uint8Array,
  fault: WholenessFault,
  isChecked: (part: Uint8Array) => boolean,
): Promise<void> {
  const directory = readTiffDirectory(bytes);
  if (directory?.value(TAG.compression) !== JPEG) return;
  const tables = directory.range(TAG.jpegTables);
  let parts = 0;
  for (const part of jpegsOf(bytes, directory)) {
    parts += 1;
    if (parts % TURN_PARTS === 0) await new Promise(setImmediate);
    if (isChecked(part))
      checkCondition(await jpegCondition(part, tables && bytes.subarray(tables.start, tables.end)), fault);
  }
}

function* jpegsOf(bytes: Uint8Array, directory: TiffDirectory): Generator<Uint8Array> {
  let left = MAXIMUM_SHARING * bytes.length + TURN_PARTS * LEAST_PART_BYTES;
  for (let index = 0; index < tiffParts(directory); index++) {
    const { start, end } = tiffPart(directory, index);
    left -= Math.max(LEAST_PART_BYTES, end - start);
    if (left < 0) return;
    // Nothing where there is none: a tile that was never written.
    if (end > start && end <= bytes.length) yield bytes.subarray(start, end);
  }
}
