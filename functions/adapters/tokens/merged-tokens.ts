import { type MergeTable, mergeOf } from './token-tables.ts';

/** More places than a text has tokens: a merge's rank and its place are kept as one number, sorted by rank first. */
const PLACES = 2 ** 27;

/**
 * Merges neighbours for as long as there is a merge for any two: the lowest rank first, of equal ones the leftmost, as
 * the reference does (huggingface/tokenizers, `models/bpe/word.rs`, `merge_all`). A text of n tokens takes n log n steps.
 */
export function mergedTokens(tokens: readonly number[], merges: MergeTable): number[] {
  const count = tokens.length;
  const ids = Int32Array.from(tokens);
  // A chain of those that are left: the token before and the one behind each, -1 and `count` at the ends.
  const before = Int32Array.from({ length: count }, (_, i) => i - 1);
  const behind = Int32Array.from({ length: count }, (_, i) => i + 1);
  // One entry for each pair at first, and at most two for each merge.
  const waiting = smallestFirst(3 * count);
  const consider = (left: number) => {
    const right = behind[left] ?? count;
    if (left < 0 || right >= count) return;
    const merge = mergeOf(merges, ids[left] ?? 0, ids[right] ?? 0);
    if (merge >= 0) waiting.add((merges.ranks[merge] ?? 0) * PLACES + left);
  };
  for (let i = 0; i + 1 < count; i++) consider(i);
  for (let first = waiting.take(); first !== undefined; first = waiting.take()) {
    const [rank, left] = [Math.floor(first / PLACES), first % PLACES];
    const right = behind[left] ?? count;
    if ((ids[left] ?? -1) < 0 || right >= count) continue;
    const merge = mergeOf(merges, ids[left] ?? 0, ids[right] ?? 0);
    // One of the two has become another token meanwhile.
    if (merge < 0 || merges.ranks[merge] !== rank) continue;
    ids[left] = merges.results[merge] ?? 0;
    ids[right] = -1;
    const next = behind[right] ?? count;
    behind[left] = next;
    if (next < count) before[next] = left;
    consider(before[left] ?? -1);
    consider(left);
  }
  return [...ids].filter((id) => id >= 0);
}

interface SmallestFirst {
  add(value: number): void;
  take(): number | undefined;
}

/** A binary heap of at most `capacity` numbers. */
function smallestFirst(capacity: number): SmallestFirst {
  const heap = new Float64Array(capacity);
  let size = 0;
  const at = (place: number) => heap[place] ?? 0;
  return {
    add: (value) => {
      let place = size++;
      while (place > 0 && at((place - 1) >> 1) > value) {
        heap[place] = at((place - 1) >> 1);
        place = (place - 1) >> 1;
      }
      heap[place] = value;
    },
    take: () => {
      if (size === 0) return undefined;
      const smallest = at(0);
      const last = at(--size);
      let place = 0;
      for (let child = 1; child < size; child = 2 * place + 1) {
        if (child + 1 < size && at(child + 1) < at(child)) child++;
        if (at(child) >= last) break;
        heap[place] = at(child);
        place = child;
      }
      heap[place] = last;
      return smallest;
    },
  };
}
