import type { CharacterTable, MergeTable } from './token-tables.ts';

/** Merges in the order of their ranks, which are their places. */
export interface RankedMerges {
  readonly lefts: Uint32Array;
  readonly rights: Uint32Array;
  readonly results: Uint32Array;
}

/** The tokens of a vocabulary that are one character, ascending. */
export function characterTable(vocabulary: ReadonlyMap<string, number>): CharacterTable {
  const found: Array<readonly [codePoint: number, id: number]> = [];
  for (const [text, id] of vocabulary) {
    const codePoint = text.codePointAt(0) ?? -1;
    if (codePoint >= 0 && text.length === String.fromCodePoint(codePoint).length) found.push([codePoint, id]);
  }
  found.sort(([a], [b]) => a - b);
  return {
    codePoints: Uint32Array.from(found, ([codePoint]) => codePoint),
    ids: Uint32Array.from(found, ([, id]) => id),
  };
}

/** More than a list has merges. */
const RANKS = 2 ** 26;

/** Merges by their left tokens. Of two for the same pair the later one counts, as in the reference. */
export function mergeTable({ lefts, rights, results }: RankedMerges, vocabularySize: number): MergeTable {
  const starts = startsOf(lefts, vocabularySize);
  // A right token and a rank as one number: numbers in an array of their own type are sorted fastest.
  const sorted = new Float64Array(lefts.length);
  const next = starts.slice();
  lefts.forEach((left, rank) => {
    const place = next[left] ?? 0;
    sorted[place] = (rights[rank] ?? 0) * RANKS + rank;
    next[left] = place + 1;
  });
  for (let left = 0; left < vocabularySize; left++) sorted.subarray(starts[left], starts[left + 1]).sort();
  const ranks = Uint32Array.from(sorted, (value) => value % RANKS);
  for (let i = ranks.length - 2; i >= 0; i--) {
    const [rank = 0, following = 0] = ranks.subarray(i, i + 2);
    if (lefts[rank] === lefts[following] && rights[rank] === rights[following]) ranks[i] = following;
  }
  return {
    starts,
    rights: ranks.map((rank) => rights[rank] ?? 0),
    ranks,
    results: ranks.map((rank) => results[rank] ?? 0),
  };
}

/** Where the merges of each left token begin, and at last where all end. */
function startsOf(lefts: Uint32Array, vocabularySize: number): Uint32Array {
  const starts = new Uint32Array(vocabularySize + 1);
  for (const left of lefts) starts[left + 1] = (starts[left + 1] ?? 0) + 1;
  for (let i = 1; i <= vocabularySize; i++) starts[i] = (starts[i] ?? 0) + (starts[i - 1] ?? 0);
  return starts;
}
