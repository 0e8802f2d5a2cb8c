import { SCORE_DECIMALS } from '../labels/minimum-scores.ts';

export interface SurveyedImage {
  /** Of the embeddings. */
  readonly row: number;
  readonly score: number;
}

/** For each of many limits, the rows whose scores come nearest to it, on either side. */
export interface NearestRows {
  /** @param scores one for each limit; they are not kept */
  take(scores: Float64Array, row: number): void;
  /** The nearest first, ties by row. */
  of(place: number): { readonly above: readonly SurveyedImage[]; readonly below: readonly SurveyedImage[] };
}

/** Finds them in one pass, in memory for as many rows as are kept. */
export function nearestRows(limits: Float64Array, kept: number): NearestRows {
  const above = shortLists(limits.length, kept);
  const below = shortLists(limits.length, kept);
  return {
    take(scores, row) {
      if (kept === 0) return;
      for (let place = 0; place < limits.length; place++) {
        const score = scores[place] ?? 0;
        const distance = score - (limits[place] ?? 0);
        const list = distance >= -ROUNDED_UP ? above : below;
        list.put(place, Math.abs(distance), score, row);
      }
    },
    of: (place) => ({ above: above.at(place), below: below.at(place) }),
  };
}

/** A score so little below a limit is shown as the limit. */
const ROUNDED_UP = 10 ** -SCORE_DECIMALS / 2;

interface Candidate extends SurveyedImage {
  readonly distance: number;
}

/** For each place a list of the candidates with the smallest distances. */
function shortLists(places: number, length: number) {
  const lists = Array.from({ length: places }, (): Candidate[] => []);
  const furthest = new Float64Array(places).fill(Number.POSITIVE_INFINITY);
  return {
    put(place: number, distance: number, score: number, row: number): void {
      // Nearly all of a large collection ends here. Rows come in their order: of equal ones the first stay.
      if (distance >= (furthest[place] ?? 0)) return;
      const list = lists[place] ?? [];
      const at = list.findIndex((other) => other.distance > distance);
      list.splice(at < 0 ? list.length : at, 0, { distance, score, row });
      if (list.length > length) list.pop();
      if (list.length === length) furthest[place] = list.at(-1)?.distance ?? 0;
    },
    at: (place: number): readonly SurveyedImage[] =>
      (lists[place] ?? []).map(({ row, score }) => ({ row, score })),
  };
}
