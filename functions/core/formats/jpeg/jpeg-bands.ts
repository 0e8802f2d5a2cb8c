import { sixteenBits } from './jpeg-bits.ts';
import { type BlockReader, LONGEST_RUN, moveTo } from './jpeg-blocks.ts';
import { type Codes, codeAt } from './jpeg-codes.ts';

/** The values of a block that a progressive scan holds: from `first` to `last`, in zigzag order. */
export interface Band {
  readonly first: number;
  readonly last: number;
}

/** For each block two words, with a bit for each value that is not 0. */
export type KnownValues = Uint32Array;

/** An entry of a code of a progressive scan's values: bits of the code, and its symbol. */
export function symbolEntry(symbol: number, length: number): number {
  return (symbol << 5) | length;
}

/** Reads a band of a block for the first time (ITU-T T.81, G.1.2.2), and notes which values are not 0. */
export function readBand(
  reader: BlockReader,
  codes: Codes,
  { first, last }: Band,
  known: KnownValues,
  block: number,
): void {
  if (reader.blocksAtEnd > 0) {
    reader.blocksAtEnd -= 1;
    return;
  }
  const { view, length } = reader.bits;
  let { at } = reader;
  let value = first;
  while (value <= last) {
    const entry = at > length ? 0 : codeAt(codes, sixteenBits(view, at));
    if (entry === 0) {
      fail(reader, at);
      return;
    }
    at += entry & 31;
    const [run, size] = [entry >>> 9, (entry >>> 5) & 15];
    if (size === 0 && run < LONGEST_RUN) {
      reader.blocksAtEnd = (1 << run) + leadingBits(view, at, run) - 1;
      moveTo(reader, at + run);
      return;
    }
    value += run;
    if (value > last) {
      fail(reader, at);
      return;
    }
    if (size > 0) note(known, block, value);
    at += size;
    value += 1;
  }
  moveTo(reader, at);
}

/** Reads a further bit of a band's values, and those that were 0 till now (ITU-T T.81, G.1.2.3). */
export function refineBand(
  reader: BlockReader,
  codes: Codes,
  { first, last }: Band,
  known: KnownValues,
  block: number,
): void {
  const { view, length } = reader.bits;
  let { at } = reader;
  let value = first;
  while (reader.blocksAtEnd === 0 && value <= last) {
    const entry = at > length ? 0 : codeAt(codes, sixteenBits(view, at));
    if (entry === 0) {
      fail(reader, at);
      return;
    }
    at += entry & 31;
    let run = entry >>> 9;
    const size = (entry >>> 5) & 15;
    if (size > 1) {
      fail(reader, at);
      return;
    }
    if (size === 0 && run < LONGEST_RUN) {
      reader.blocksAtEnd = (1 << run) + leadingBits(view, at, run);
      at += run;
      break;
    }
    at += size;
    // Values that are known have a bit each; of the others, a run goes by.
    for (; value <= last; value++) {
      if (isKnown(known, block, value)) at += 1;
      else if (run-- === 0) break;
    }
    if (size > 0) {
      if (value > last) {
        fail(reader, at);
        return;
      }
      note(known, block, value);
    }
    value += 1;
  }
  if (reader.blocksAtEnd > 0) {
    for (; value <= last; value++) if (isKnown(known, block, value)) at += 1;
    reader.blocksAtEnd -= 1;
  }
  reader.at = at;
}

function isKnown(known: KnownValues, block: number, value: number): boolean {
  return (((known[2 * block + (value >>> 5)] ?? 0) >>> (value & 31)) & 1) === 1;
}

function note(known: KnownValues, block: number, value: number): void {
  const word = 2 * block + (value >>> 5);
  known[word] = (known[word] ?? 0) | (1 << (value & 31));
}

function leadingBits(view: DataView, at: number, count: number): number {
  return sixteenBits(view, at) >>> (16 - count);
}

function fail(reader: BlockReader, at: number): void {
  reader.hasFault = true;
  reader.at = at;
}
