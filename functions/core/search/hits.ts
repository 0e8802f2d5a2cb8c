import { firstPlaces } from './first-places.ts';
import type { ImageCollection } from './image-collection.ts';
import type { SearchOrder } from './image-search.ts';
import { comparePositions, firstKey, type SortPosition } from './sort-position.ts';
import { type Judge, NO, type Verdict } from './verdict.ts';

/** Rows that fit, and what they are. */
export interface Hits {
  readonly rows: Int32Array;
  readonly verdicts: Float64Array;
}

/** The rows that fit, and those beyond them. */
export function allHits(
  collection: ImageCollection,
  judge: Judge,
  judgeBeyond: Judge | undefined,
): { readonly relevant: Hits; readonly beyond: Hits | undefined } {
  const relevant = new GrowingHits(collection.rowCount);
  const beyond = judgeBeyond && new GrowingHits(collection.rowCount);
  for (let row = 0; row < collection.rowCount; row++) {
    if (!collection.isThere(row)) continue;
    const verdict = judge(row);
    if (verdict !== NO) relevant.push(row, verdict);
    else if (judgeBeyond && beyond) {
      const verdictBeyond = judgeBeyond(row);
      if (verdictBeyond !== NO) beyond.push(row, verdictBeyond);
    }
  }
  return { relevant: relevant.hits(), beyond: beyond?.hits() };
}

/** A class for its place in the arrays. */
class GrowingHits {
  readonly #rows: Int32Array;
  readonly #verdicts: Float64Array;
  #count = 0;

  constructor(maximum: number) {
    this.#rows = new Int32Array(maximum);
    this.#verdicts = new Float64Array(maximum);
  }

  push(row: number, verdict: Verdict): void {
    this.#rows[this.#count] = row;
    this.#verdicts[this.#count] = verdict;
    this.#count++;
  }

  hits(): Hits {
    return { rows: this.#rows.slice(0, this.#count), verdicts: this.#verdicts.slice(0, this.#count) };
  }
}

/** Places among the hits, of those that come next. */
export function firstHits(
  hits: Hits,
  collection: ImageCollection,
  isBeyond: boolean,
  after: SortPosition | undefined,
  count: number,
  order: SearchOrder,
): readonly number[] {
  const compare = comparePositions(order);
  const keyOf = firstKey(order);
  const [a, b] = [movingPosition(hits, collection, isBeyond), movingPosition(hits, collection, isBeyond)];
  return firstPlaces(
    hits.rows.length,
    count,
    {
      keyOf: (place) => keyOf(a(place)),
      compare: (one, other) => compare(a(one), b(other)),
      isKeyless: order === 'name',
    },
    after && { key: keyOf(after), isAfter: (place) => compare(a(place), after) > 0 },
  );
}

/** One object that is the position of the place that was asked for last; names are read when they are compared. */
function movingPosition(
  { rows, verdicts }: Hits,
  collection: ImageCollection,
  isBeyond: boolean,
): (place: number) => SortPosition {
  let now = 0;
  const row = () => rows[now] ?? 0;
  const position: SortPosition = {
    isBeyond,
    get verdict() {
      return verdicts[now] ?? NO;
    },
    get time() {
      return collection.timeOf(row());
    },
    get key() {
      return collection.keyOf(row());
    },
    get bucket() {
      return collection.bucketOf(row());
    },
  };
  return (place) => {
    now = place;
    return position;
  };
}
