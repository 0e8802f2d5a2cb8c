import type { LabelTerm } from '../../records/find-images.ts';
import type { LabelCount } from '../image-collection.ts';
import { mostFrequentFirst } from '../label-counts.ts';
import { grown, grownLength } from './row-columns.ts';

/** A label of a row, with its score in [0, 1]. */
export interface ScoredLabel extends LabelTerm {
  readonly score: number;
}

/** The labels of every row, and the dictionary that numbers them. */
export interface RowLabels {
  numberOf(term: LabelTerm): number | undefined;
  termOf(number: number): LabelTerm;
  /** Replaces the labels of a row. */
  set(row: number, labels: readonly ScoredLabel[]): void;
  /** -1 where the row has not the label. */
  scoreOf(row: number, number: number): number;
  forEach(row: number, each: (number: number, score: number) => void): void;
  /** Labels that rows have, with the number of rows; most frequent first. */
  counts(): readonly LabelCount[];
  /** All of it, for the first rows. */
  lists(rowCount: number): LabelLists;
  /** Fills what is empty with what {@link RowLabels.lists} gave. */
  fill(lists: LabelLists): void;
  readonly byteLength: number;
}

/** The labels of rows as arrays: a list of numbers and scores a row, one behind the other. */
export interface LabelLists {
  /** A label's number is its place. */
  readonly terms: readonly LabelTerm[];
  readonly lengths: Uint16Array;
  readonly numbers: Uint32Array;
  readonly scores: Float64Array;
}

/** Entries that nothing refers to are put up with until there are as many as others, and this many. */
const LEAST_GARBAGE = 4_096;

/**
 * Rows have few labels, so that a look through a row's own list is quicker than lists of rows, label by label, would be
 * to keep.
 */
export function rowLabels(): RowLabels {
  const dictionary = labelDictionary();
  const rowCounts: number[] = [];
  // Of each row: where its list begins, how many entries it has room for, how many it has.
  let starts: Uint32Array = new Uint32Array(0);
  let rooms: Uint16Array = new Uint16Array(0);
  let lengths: Uint16Array = new Uint16Array(0);
  let numbers: Uint32Array = new Uint32Array(0);
  let scores: Float64Array = new Float64Array(0);
  let [end, garbage] = [0, 0];

  function growRows(rowCount: number): void {
    if (rowCount <= starts.length) return;
    const length = grownLength(starts.length, rowCount);
    [starts, rooms, lengths] = [grown(starts, length), grown(rooms, length), grown(lengths, length)];
  }

  function growEntries(needed: number): void {
    if (needed <= numbers.length) return;
    const length = grownLength(numbers.length, needed);
    [numbers, scores] = [grown(numbers, length), grown(scores, length)];
  }

  /** Moves the lists together. */
  function compact(): void {
    const [oldNumbers, oldScores] = [numbers, scores];
    numbers = new Uint32Array(numbers.length);
    scores = new Float64Array(scores.length);
    end = 0;
    garbage = 0;
    for (let row = 0; row < starts.length; row++) {
      const [start = 0, length = 0] = [starts[row], lengths[row]];
      numbers.set(oldNumbers.subarray(start, start + length), end);
      scores.set(oldScores.subarray(start, start + length), end);
      starts[row] = end;
      rooms[row] = length;
      end += length;
    }
  }

  /** Where a list of this length is to lie. */
  function placeFor(row: number, length: number): number {
    if (length <= (rooms[row] ?? 0)) return starts[row] ?? 0;
    garbage += rooms[row] ?? 0;
    [rooms[row], lengths[row]] = [0, 0];
    if (garbage > LEAST_GARBAGE && garbage > end / 2) compact();
    growEntries(end + length);
    starts[row] = end;
    rooms[row] = length;
    end += length;
    return starts[row] ?? 0;
  }

  function set(row: number, labels: readonly ScoredLabel[]): void {
    growRows(row + 1);
    forEach(row, (number) => {
      rowCounts[number] = (rowCounts[number] ?? 0) - 1;
    });
    const start = placeFor(row, labels.length);
    lengths[row] = 0;
    let length = 0;
    for (const label of labels) {
      const number = dictionary.add(label);
      // A label that a record has twice counts once.
      if (scoreOf(row, number) >= 0) continue;
      numbers[start + length] = number;
      scores[start + length] = label.score;
      rowCounts[number] = (rowCounts[number] ?? 0) + 1;
      lengths[row] = ++length;
    }
  }

  function lists(rowCount: number): LabelLists {
    compact();
    growRows(rowCount);
    return {
      terms: dictionary.terms,
      lengths: lengths.slice(0, rowCount),
      numbers: numbers.slice(0, end),
      scores: scores.slice(0, end),
    };
  }

  function fill(given: LabelLists): void {
    for (const term of given.terms) dictionary.add(term);
    [numbers, scores] = [given.numbers, given.scores];
    [lengths, rooms] = [given.lengths, given.lengths.slice()];
    starts = new Uint32Array(lengths.length);
    for (const [row, length] of lengths.entries()) {
      starts[row] = end;
      end += length;
    }
    for (const number of numbers) rowCounts[number] = (rowCounts[number] ?? 0) + 1;
  }

  function scoreOf(row: number, number: number): number {
    const start = starts[row] ?? 0;
    const stop = start + (lengths[row] ?? 0);
    for (let i = start; i < stop; i++) if (numbers[i] === number) return scores[i] ?? 0;
    return -1;
  }

  function forEach(row: number, each: (number: number, score: number) => void): void {
    const start = starts[row] ?? 0;
    const stop = start + (lengths[row] ?? 0);
    for (let i = start; i < stop; i++) each(numbers[i] ?? 0, scores[i] ?? 0);
  }

  return {
    numberOf: dictionary.numberOf,
    termOf: dictionary.termOf,
    set,
    scoreOf,
    forEach,
    lists,
    fill,
    counts: () => mostFrequentFirst(Uint32Array.from(rowCounts), dictionary.termOf),
    get byteLength() {
      return [starts, rooms, lengths, numbers, scores].reduce((sum, { byteLength }) => sum + byteLength, 0);
    },
  };
}

function labelDictionary() {
  const terms: LabelTerm[] = [];
  const numbers = new Map<string, Map<string, number>>();
  return {
    terms: terms as readonly LabelTerm[],
    numberOf: ({ set, label }: LabelTerm): number | undefined => numbers.get(set)?.get(label),
    termOf(number: number): LabelTerm {
      const term = terms[number];
      if (!term)
        throw new RangeError(`Expected the number of a label, below ${terms.length}, but received ${number}`);
      return term;
    },
    add({ set, label }: LabelTerm): number {
      const ofSet = numbers.get(set) ?? new Map<string, number>();
      const known = ofSet.get(label);
      if (known !== undefined) return known;
      numbers.set(set, ofSet.set(label, terms.length));
      return terms.push({ set, label }) - 1;
    },
  };
}
