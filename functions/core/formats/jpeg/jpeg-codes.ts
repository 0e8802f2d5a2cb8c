/** A Huffman table as a JPEG defines it (ITU-T T.81, B.2.4.2). */
export interface CodeTable {
  /** How many codes of each length there are, from 1 bit to 16. */
  readonly counts: Uint8Array;
  readonly symbols: Uint8Array;
}

/** A Huffman table to look codes up in: what an entry says of a code is up to who made them. */
export interface Codes {
  /** By the first {@link FAST_BITS} bits of a code, its entry; 0 for a longer code. */
  readonly fast: Uint16Array;
  /** For each length, the code behind the last one, moved to the left of 16 bits. */
  readonly behind: Int32Array;
  /** For each length, what to add to a code to have the place of its entry. */
  readonly places: Int32Array;
  readonly entries: Uint16Array;
}

export const FAST_BITS = 10;
const LONGEST = 16;

/**
 * @param entryOf an entry, not 0, for a symbol and the length of its code
 * @returns undefined where there are more codes than there can be
 */
export function codesOf(
  { counts, symbols }: CodeTable,
  entryOf: (symbol: number, length: number) => number,
): Codes | undefined {
  const fast = new Uint16Array(2 ** FAST_BITS);
  const behind = new Int32Array(LONGEST + 1);
  const places = new Int32Array(LONGEST + 1);
  const entries = new Uint16Array(symbols.length);
  let [code, place] = [0, 0];
  for (let length = 1; length <= LONGEST; length++) {
    places[length] = place - code;
    const end = code + (counts[length - 1] ?? 0);
    if (end > 2 ** length) return undefined;
    for (; code < end; code++, place++) {
      const entry = entryOf(symbols[place] ?? 0, length);
      entries[place] = entry;
      const spare = FAST_BITS - length;
      if (spare >= 0) fast.fill(entry, code << spare, (code + 1) << spare);
    }
    behind[length] = code << (LONGEST - length);
    code *= 2;
  }
  return { fast, behind, places, entries };
}

/** The entry of the code that 16 bits start with; 0 where they start with none. */
export function codeAt(codes: Codes, bits: number): number {
  return codes.fast[bits >>> (LONGEST - FAST_BITS)] || longCode(codes, bits);
}

export function longCode({ behind, places, entries }: Codes, bits: number): number {
  for (let length = FAST_BITS + 1; length <= LONGEST; length++) {
    if (bits < (behind[length] ?? 0)) {
      return entries[(bits >>> (LONGEST - length)) + (places[length] ?? 0)] ?? 0;
    }
  }
  return 0;
}
