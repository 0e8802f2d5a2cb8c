import { type Bits, sixteenBits } from './jpeg-bits.ts';
import { type Codes, codeAt, FAST_BITS, longCode } from './jpeg-codes.ts';

/** Where a reader of blocks stands. */
export interface BlockReader {
  readonly bits: Bits;
  /** In bits. */
  at: number;
  /** Whether there was something that no encoder writes. */
  hasFault: boolean;
  /** Blocks ahead that have no more values in this scan. */
  blocksAtEnd: number;
}

/** Leaves the first {@link FAST_BITS} of 32 bits. */
const FAST_SHIFT = 32 - FAST_BITS;
const BLOCK_VALUES = 64;
export const LONGEST_RUN = 15;
/** In an entry, how many values it goes forward where a block ends. */
const TO_END = 128;
const FORWARD = 255;
/** In an entry, that it is a run of zeros alone: some encoders let the last one go beyond the block. */
const ZEROS = 1 << 15;
/** A block of so many bits and more is never all zeros. */
const LONG_BITS = 128;

/** An entry of a code of values: bits of the code and of its value, and how many values it goes forward. */
export function valueEntry(symbol: number, length: number): number {
  const [run, size] = [symbol >>> 4, symbol & 15];
  if (size === 0 && run !== LONGEST_RUN) return (TO_END << 5) | length;
  return (size === 0 ? ZEROS : 0) | ((run + 1) << 5) | (length + size);
}

/** An entry of a code of first values: bits of the code and of its value. */
export function firstEntry(symbol: number, length: number): number {
  return symbol > 16 ? 0 : length + symbol;
}

/** Reads the first value of a block, which says how far it is from the one before. */
export function readFirst(reader: BlockReader, codes: Codes): void {
  if (reader.at > reader.bits.length) return;
  const entry = codeAt(codes, sixteenBits(reader.bits.view, reader.at));
  if (entry === 0) reader.hasFault = true;
  reader.at += entry;
}

/** Reads the other values of a block of a sequential JPEG. */
export function readValues(reader: BlockReader, codes: Codes): void {
  const { view, length } = reader.bits;
  const { fast } = codes;
  let at = reader.at;
  let value = 1;
  let entry = 0;
  while (value < BLOCK_VALUES && at <= length) {
    // As `codeAt` does; most of the time is spent here.
    entry = fast[(view.getUint32(at >>> 3) << (at & 7)) >>> FAST_SHIFT] ?? 0;
    if (entry === 0) entry = longCode(codes, sixteenBits(view, at));
    if (entry === 0) break;
    at += entry & 31;
    value += (entry >>> 5) & FORWARD;
  }
  const isBeyond = value > BLOCK_VALUES && value < TO_END && (entry & ZEROS) === 0;
  if (value < BLOCK_VALUES || isBeyond) reader.hasFault = true;
  moveTo(reader, at);
}

/** A lost sector is often read as zeros, and these are codes: of a block full of least values, which nothing looks like. */
export function moveTo(reader: BlockReader, at: number): void {
  const { bits, at: start } = reader;
  if (at - start >= LONG_BITS && at <= bits.length && isZero(bits.view, start, at)) reader.hasFault = true;
  reader.at = at;
}

function isZero(view: DataView, start: number, end: number): boolean {
  for (let byte = (start + 7) >>> 3; byte < end >>> 3; byte++) if (view.getUint8(byte) !== 0) return false;
  return true;
}
