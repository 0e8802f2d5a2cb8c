import type { SearchOrder } from './image-search.ts';
import type { Verdict } from './verdict.ts';

/** Where an image stands in an answer. No two images stand at the same place, so the order is the same every time. */
export interface SortPosition {
  /** Whether it is beyond the relevant ones, which all stand before. */
  readonly isBeyond: boolean;
  readonly verdict: Verdict;
  readonly time: number;
  readonly key: string;
  readonly bucket: string;
}

/** Below 0 where `a` stands before `b`. */
export type ComparePositions = (a: SortPosition, b: SortPosition) => number;

const COMPARISONS: Readonly<Record<SearchOrder, ComparePositions>> = {
  best: (a, b) => b.verdict - a.verdict || b.time - a.time || byName(a, b),
  newest: (a, b) => b.time - a.time || byName(a, b),
  oldest: (a, b) => a.time - b.time || byName(a, b),
  name: byName,
};

export function comparePositions(order: SearchOrder): ComparePositions {
  const compare = COMPARISONS[order];
  return (a, b) => Number(a.isBeyond) - Number(b.isBeyond) || compare(a, b);
}

/** The number that an order compares first, the lower the earlier; 0 where it compares none. */
const KEYS: Readonly<Record<SearchOrder, (position: Pick<SortPosition, 'verdict' | 'time'>) => number>> = {
  best: ({ verdict }) => -verdict,
  newest: ({ time }) => -time,
  oldest: ({ time }) => time,
  name: () => 0,
};

export function firstKey(order: SearchOrder): (position: Pick<SortPosition, 'verdict' | 'time'>) => number {
  return KEYS[order];
}

function byName(a: SortPosition, b: SortPosition): number {
  return compareTexts(a.key, b.key) || compareTexts(a.bucket, b.bucket);
}

/** By UTF-16 units, the quickest order that is the same everywhere. */
function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
