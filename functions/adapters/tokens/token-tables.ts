/**
 * What Gemma's kind of byte pair encoding needs to make tokens of texts. A token's text is needed for single characters
 * alone: everything longer comes from merging ids. So 256,000 tokens with 580,000 merges take 8 MB, not the hundreds
 * that a map of strings takes.
 */
export interface TokenTables {
  readonly characters: CharacterTable;
  /** The token of each byte: what a character that is no token falls back to. */
  readonly bytes: Uint32Array;
  readonly merges: MergeTable;
  /** Texts that are one token wherever they stand, such as `<eos>`, before anything else is done to them. */
  readonly whole: readonly WholeToken[];
  /** The token that closes every text. */
  readonly endToken: number;
  /** The token that fills a text up to the context length. */
  readonly padToken: number;
}

export interface WholeToken {
  readonly text: string;
  readonly id: number;
}

/** The tokens of single characters. */
export interface CharacterTable {
  /** Unicode's numbers of the characters, ascending. */
  readonly codePoints: Uint32Array;
  readonly ids: Uint32Array;
}

/** Which two neighbours become one token. The lower its rank, the earlier a merge is made. */
export interface MergeTable {
  /** The merges whose left token is `t` stand from `starts[t]` to before `starts[t + 1]`. */
  readonly starts: Uint32Array;
  /** Right tokens, ascending for each left token. */
  readonly rights: Uint32Array;
  readonly ranks: Uint32Array;
  /** The tokens that the merges make. */
  readonly results: Uint32Array;
}

/** The place of a merge in its table, or -1 when the two are never merged. */
export function mergeOf({ starts, rights }: MergeTable, left: number, right: number): number {
  return place(rights, right, starts[left] ?? 0, starts[left + 1] ?? 0);
}

/** The token of a single character, or -1 when it is none. */
export function characterToken({ codePoints, ids }: CharacterTable, codePoint: number): number {
  const found = place(codePoints, codePoint, 0, codePoints.length);
  return found < 0 ? -1 : (ids[found] ?? -1);
}

/** Where a value stands between two places of an ascending array, or -1. */
function place(values: Uint32Array, wanted: number, from: number, to: number): number {
  let [low, high] = [from, to];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((values[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return low < to && values[low] === wanted ? low : -1;
}
