import { wordKey } from '../labels/folded-text.ts';
import { distanceKilometres } from './distance.ts';
import type { ImageCollection } from './image-collection.ts';
import type { FilterCondition, LabelCondition, Query } from './language/query.ts';
import type { VectorCondition } from './language/query-parts.ts';
import type { Relevance } from './relevance.ts';

/**
 * What a query says of an image, as one number, so that 100,000 are judged within milliseconds: a score in [0, 1],
 * {@link UNSCORED} or {@link NO}. The better one is the higher one.
 */
export type Verdict = number;

/** The image does not fit. */
export const NO: Verdict = -2;
/** It fits, by conditions that give no score. */
export const UNSCORED: Verdict = -1;

export type Judge = (row: number) => Verdict;

/** How images compare with a condition's vector. */
export interface Comparison {
  /** One for each row; NaN where there is no embedding. */
  readonly scores: Float64Array;
  readonly relevance: Relevance;
}

export function comparison(cosines: Float32Array, relevance: Relevance): Comparison {
  const scores = new Float64Array(cosines.length);
  for (let row = 0; row < cosines.length; row++) {
    const cosine = cosines[row] ?? Number.NaN;
    scores[row] = Number.isNaN(cosine) ? cosine : relevance.scoreOf(cosine);
  }
  return { scores, relevance };
}

export interface Judgement {
  readonly collection: ImageCollection;
  /** For every text and similar image of the query. */
  readonly comparisons: ReadonlyMap<VectorCondition, Comparison>;
  /** Whether an image also fits when it is not relevant to what is wanted; what is unwanted stays unwanted. */
  readonly isBeyond: boolean;
}

/** A query as a function of the row that holds for the collection's present version. */
export function judgeOf(query: Query, judgement: Judgement): Judge {
  switch (query.kind) {
    case 'every-image':
      return () => UNSCORED;
    case 'and':
      return all(query.of.map((part) => judgeOf(part, judgement)));
    case 'or':
      return any(query.of.map((part) => judgeOf(part, judgement)));
    case 'not': {
      const judge = judgeOf(query.of, { ...judgement, isBeyond: false });
      return (row) => (judge(row) === NO ? UNSCORED : NO);
    }
    case 'label':
      return labelJudge(query, judgement.collection);
    case 'text':
    case 'similar':
      return vectorJudge(query, judgement);
    default: {
      const fits = filter(query, judgement.collection);
      return (row) => (fits(row) ? UNSCORED : NO);
    }
  }
}

/** Scores multiply. */
function all(judges: readonly Judge[]): Judge {
  return (row) => {
    let product = UNSCORED;
    for (const judge of judges) {
      const verdict = judge(row);
      if (verdict === NO) return NO;
      if (verdict >= 0) product = product < 0 ? verdict : product * verdict;
    }
    return product;
  };
}

/** The best one counts. */
function any(judges: readonly Judge[]): Judge {
  return (row) => {
    let best = NO;
    for (const judge of judges) {
      const verdict = judge(row);
      if (verdict > best) best = verdict;
    }
    return best;
  };
}

function labelJudge({ terms, minimumScore, maximumScore = 1 }: LabelCondition, rows: ImageCollection): Judge {
  const numbers = terms.flatMap((term) => rows.labelNumber(term) ?? []);
  return (row) => {
    let best = NO;
    for (const number of numbers) {
      const score = rows.scoreOf(row, number);
      if (score > best && score >= minimumScore && score <= maximumScore) best = score;
    }
    return best;
  };
}

function vectorJudge(query: VectorCondition, { comparisons, isBeyond }: Judgement): Judge {
  const compared = comparisons.get(query);
  if (!compared) throw new RangeError(`Expected scores for ${query.kind} but received none`);
  const { scores, relevance } = compared;
  const minimum = isBeyond ? 0 : relevance.minimumScore;
  return (row) => {
    const score = scores[row] ?? Number.NaN;
    return score >= minimum ? score : NO;
  };
}

function filter(query: FilterCondition, rows: ImageCollection): (row: number) => boolean {
  switch (query.kind) {
    case 'bucket':
      return (row) => rows.bucketOf(row) === query.bucket;
    case 'image':
      return (row) => rows.keyOf(row) === query.key && rows.bucketOf(row) === query.bucket;
    case 'prefix':
      return (row) => rows.keyOf(row).startsWith(query.prefix);
    case 'status':
      return (row) => rows.statusOf(row) === query.status;
    case 'camera':
      return cameraFilter(wordKey(query.camera), rows);
    case 'time':
      return range(rows.timeOf, query.from, query.to === undefined ? undefined : query.to - 1);
    case 'pixels':
      return range(rows.pixelsOf, query.minimum, query.maximum);
    case 'bytes':
      return range(rows.bytesOf, query.minimum, query.maximum);
    case 'near':
      return (row) =>
        distanceKilometres(query, rows.latitudeOf(row), rows.longitudeOf(row)) <= query.kilometres;
  }
}

/** A collection has few cameras: each is looked at once. */
function cameraFilter(wanted: string, rows: ImageCollection): (row: number) => boolean {
  const known = new Map<string, boolean>();
  return (row) => {
    const camera = rows.cameraOf(row);
    if (camera === undefined) return false;
    const before = known.get(camera);
    if (before !== undefined) return before;
    const fits = wordKey(camera).includes(wanted);
    known.set(camera, fits);
    return fits;
  };
}

/** False of what is not known: NaN is in no range. */
function range(
  amountOf: (row: number) => number,
  minimum = Number.NEGATIVE_INFINITY,
  maximum = Number.POSITIVE_INFINITY,
): (row: number) => boolean {
  return (row) => {
    const value = amountOf(row);
    return value >= minimum && value <= maximum;
  };
}
