import type { GreySquare } from './grey-square.ts';

const ROWS = 8;
/** One more than there are differences in a row. */
const COLUMNS = 9;
const BITS_PER_DIGIT = 4;

/**
 * The 64-bit difference hash of a square (dHash, https://www.hackerfactor.com/blog/?/archives/529-Kind-of-Like-That.html):
 * whether each of 8 × 9 parts is darker than its right neighbour, row by row, as 16 hexadecimal digits. A copy that is
 * smaller, stored anew or a little lighter differs in few bits.
 *
 * @example differenceHash(greySquare(pixels)) // '3c7e66241818183c'
 */
export function differenceHash(square: GreySquare): string {
  const means = areaMeans(square);
  let hash = '';
  let digit = 0;
  for (let bit = 0; bit < ROWS * (COLUMNS - 1); bit++) {
    const at = bit + Math.floor(bit / (COLUMNS - 1));
    digit = digit * 2 + ((means[at] ?? 0) < (means[at + 1] ?? 0) ? 1 : 0);
    if (bit % BITS_PER_DIGIT !== BITS_PER_DIGIT - 1) continue;
    hash += digit.toString(16);
    digit = 0;
  }
  return hash;
}

/** Mean grey of each part; whole numbers, so that an even area has no differences but those of rounding. */
function areaMeans({ size, data }: GreySquare): Uint8Array {
  const columns = spansOf(size, COLUMNS);
  const rows = spansOf(size, ROWS);
  const sums = new Float64Array(COLUMNS * size);
  for (let y = 0; y < size; y++) {
    columns.forEach((span, column) => {
      sums[column * size + y] = weightedSum(data, y * size, span);
    });
  }
  const area = (size / COLUMNS) * (size / ROWS);
  return Uint8Array.from({ length: ROWS * COLUMNS }, (_, part) => {
    const [row, column] = [Math.floor(part / COLUMNS), part % COLUMNS];
    const span = rows[row];
    return span ? Math.round(weightedSum(sums, column * size, span) / area) : 0;
  });
}

/** A part of a line: from within one pixel to within another. */
interface Span {
  readonly first: number;
  readonly last: number;
  /** How much of the first and of the last pixel belongs to it. */
  readonly firstShare: number;
  readonly lastShare: number;
}

function spansOf(size: number, parts: number): Span[] {
  return Array.from({ length: parts }, (_, part) => {
    const [start, end] = [(part * size) / parts, ((part + 1) * size) / parts];
    const first = Math.floor(start);
    const last = Math.max(first, Math.ceil(end) - 1);
    return { first, last, firstShare: Math.min(first + 1, end) - start, lastShare: end - last };
  });
}

function weightedSum(
  data: Uint8Array | Float64Array,
  start: number,
  { first, last, firstShare, lastShare }: Span,
): number {
  let sum = (data[start + first] ?? 0) * firstShare;
  if (first === last) return sum;
  for (let index = first + 1; index < last; index++) sum += data[start + index] ?? 0;
  sum += (data[start + last] ?? 0) * lastShare;
  return sum;
}
