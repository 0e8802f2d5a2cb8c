import { isUtf8 } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { InvalidInput } from '../../core/errors.ts';
import { fromWindows1252 } from '../../core/labels/folded-text.ts';
import { type FilePath, pathName } from './file-path.ts';

/**
 * The text in a file that people write.
 *
 * @param obstacle what to throw when the system does not give the file @default what the system says
 * @throws {InvalidInput} when it is not UTF-8, with the place and what it looks like
 */
export async function readUtf8(
  path: FilePath,
  obstacle: (error: NodeJS.ErrnoException) => Error = (error) => error,
): Promise<string> {
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    throw obstacle(error);
  });
  const fault = encodingFault(bytes);
  if (fault !== undefined) throw new InvalidInput(`${pathName(path)} cannot be read`, [fault]);
  return utf8Text(bytes);
}

/** The text of bytes that are UTF-8; a byte order mark before it is none of it. */
export function utf8Text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Marks at the beginning of a file, longest first (Unicode 16, table 23-9). */
const BYTE_ORDER_MARKS: ReadonlyArray<readonly [mark: readonly number[], name: string]> = [
  [[0xff, 0xfe, 0, 0], 'UTF-32 (little-endian)'],
  [[0, 0, 0xfe, 0xff], 'UTF-32 (big-endian)'],
  [[0xff, 0xfe], 'UTF-16 (little-endian)'],
  [[0xfe, 0xff], 'UTF-16 (big-endian)'],
];
/** Of a text in a Western language, fewer letters than this share are no ASCII. */
const WESTERN_SHARE = 0.35;
/** A line that is longer is no line of a text. */
const SHOWN_CHARACTERS = 60;

/** What is wrong with bytes that should be UTF-8, and where; undefined when nothing is. */
export function encodingFault(bytes: Uint8Array): string | undefined {
  const mark = BYTE_ORDER_MARKS.find(([values]) => values.every((value, i) => bytes[i] === value));
  if (mark) return `Expected UTF-8 but received ${mark[1]}, by its first bytes: save it as UTF-8`;
  const zero = bytes.indexOf(0);
  if (zero >= 0)
    return `${placeOf(bytes, zero)}: Expected UTF-8 but received a zero byte: ${zeroHint(bytes)}`;
  if (isUtf8(bytes)) return undefined;
  const offset = firstFault(bytes);
  const byte = `0x${(bytes[offset] ?? 0).toString(16)}`;
  return `${placeOf(bytes, offset)}: Expected UTF-8 but received the byte ${byte}: ${looks(bytes, offset)}`;
}

/** A text in UTF-16 without a mark has a zero in every other byte, as far as it is Latin. */
function zeroHint(bytes: Uint8Array): string {
  const zeros = [0, 0];
  for (const [i, byte] of bytes.entries()) if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  const isText = Math.max(even, odd) > bytes.length / 4 && Math.min(even, odd) < bytes.length / 20;
  if (!isText) return 'it looks like no text';
  return `it looks like UTF-16 (${odd > even ? 'little' : 'big'}-endian); save it as UTF-8`;
}

/** The offset of the first byte that is no part of a character. */
function firstFault(bytes: Uint8Array): number {
  let offset = 0;
  for (let step = 2 ** 30; step >= 1; step /= 2) {
    // Of a good beginning, a cut may take the end of its last character only.
    const end = offset + step;
    if (end <= bytes.length && isGoodBeginning(bytes.subarray(0, end))) offset = end;
  }
  while (offset > 0 && !isUtf8(bytes.subarray(0, offset))) offset -= 1;
  return offset;
}

function isGoodBeginning(bytes: Uint8Array): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}

/** The encoding that the bytes are probably in, with the line as it reads then. */
function looks(bytes: Uint8Array, offset: number): string {
  if (offset >= bytes.length - 3 && isGoodBeginning(bytes)) return 'the file ends within a character';
  const broken = new TextDecoder().decode(bytes);
  const lost = broken.split('\ufffd').length - 1;
  const whole = broken.match(/[^\p{ASCII}\ufffd]/gu)?.length ?? 0;
  if (whole > lost) return 'the rest is UTF-8, so this character is damaged';
  const letters = bytes.filter((byte) => byte >= 0x80 || /[a-z]/i.test(String.fromCharCode(byte)));
  const foreign = letters.filter((byte) => byte >= 0x80);
  const isWestern =
    foreign.length < WESTERN_SHARE * letters.length &&
    foreign.every((byte) => ![0x81, 0x8d, 0x8f, 0x90, 0x9d].includes(byte));
  if (!isWestern)
    return 'it looks like an older encoding, such as Windows-1251, Shift_JIS or GBK; save it as UTF-8';
  const isLatin1 = foreign.every((byte) => byte >= 0xa0);
  const name = isLatin1 ? 'Windows-1252 (CP1252) or ISO-8859-1 (Latin-1)' : 'Windows-1252 (CP1252)';
  return `it looks like ${name}, in which this line reads "${lineAt(bytes, offset)}"; save it as UTF-8`;
}

function lineAt(bytes: Uint8Array, offset: number): string {
  const start = bytes.lastIndexOf(0x0a, offset) + 1;
  const end = bytes.indexOf(0x0a, offset);
  const line = bytes.subarray(start, end < 0 ? bytes.length : end);
  return fromWindows1252(Buffer.from(line).toString('latin1')).trim().slice(0, SHOWN_CHARACTERS);
}

/** Line and column as editors count them, and the byte. */
function placeOf(bytes: Uint8Array, offset: number): string {
  const lines = utf8Text(bytes.subarray(0, offset)).split(/\r\n|\n|\r/);
  const column = [...(lines.at(-1) ?? '')].length + 1;
  return `line ${lines.length}, column ${column} (byte ${offset + 1})`;
}
