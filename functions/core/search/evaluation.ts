import { allHits, firstHits, type Hits } from './hits.ts';
import type { ImageCollection, LabelCount } from './image-collection.ts';
import type { SearchOrder } from './image-search.ts';
import { labelCountsOf } from './label-counts.ts';
import type { Query } from './language/query.ts';
import { conditionsOf, isByVector, type VectorCondition } from './language/query-parts.ts';
import type { Relevance } from './relevance.ts';
import type { SortPosition } from './sort-position.ts';
import { type Comparison, comparison, judgeOf, NO, type Verdict } from './verdict.ts';

/** What every image of a collection is to a query; true of one version of the collection. */
export interface Evaluation {
  readonly version: number;
  /** How much memory it holds, about. */
  readonly bytes: number;
  /** Images that fit. */
  readonly total: number;
  /** Images beyond the relevant ones; `undefined` where the query knows no relevance. */
  readonly beyond: number | undefined;
  /** The relevance of each text and similar image, in the order of the query. */
  readonly relevances: readonly Relevance[];
  /** The positions that come next in an order, at most so many. */
  next(
    after: SortPosition | undefined,
    count: number,
    order: SearchOrder,
    isAll: boolean,
  ): readonly SortPosition[];
  /** Whether the image of a row fits. */
  has(row: number): boolean;
  /** Where an image stands; `undefined` where it is not there or does not fit. */
  positionOf(image: { readonly bucket: string; readonly key: string }): SortPosition | undefined;
  facets(): readonly LabelCount[];
}

export interface EvaluatedQuery {
  readonly query: Query;
  readonly vectors: ReadonlyMap<VectorCondition, Float32Array>;
  /** How relevance comes of the cosines of a query's nth text or similar image. */
  readonly relevanceOf: (cosines: Float32Array, place: number) => Relevance;
}

/** A row's number and its verdict. */
const HIT_BYTES = 12;
const SCORE_BYTES = 8;
/** First pages, which are asked for again and again. */
const KEPT_PAGES = 4;

export function evaluate(
  { query, vectors, relevanceOf }: EvaluatedQuery,
  collection: ImageCollection,
): Evaluation {
  const comparisons = comparisonsOf(vectorConditions(query), collection, vectors, relevanceOf);
  const judge = judgeOf(query, { collection, comparisons, isBeyond: false });
  const judgeBeyond =
    comparisons.size === 0 ? undefined : judgeOf(query, { collection, comparisons, isBeyond: true });
  const { relevant, beyond } = allHits(collection, judge, judgeBeyond);
  const position = (row: number, verdict: Verdict, isBeyond: boolean): SortPosition => ({
    isBeyond,
    verdict,
    time: collection.timeOf(row),
    key: collection.keyOf(row),
    bucket: collection.bucketOf(row),
  });
  const nextOf = (
    hits: Hits,
    isBeyond: boolean,
    after: SortPosition | undefined,
    count: number,
    order: SearchOrder,
  ) =>
    firstHits(hits, collection, isBeyond, after, count, order).map((place) =>
      position(hits.rows[place] ?? 0, hits.verdicts[place] ?? NO, isBeyond),
    );
  const nextPage: Evaluation['next'] = (after, count, order, isAll) => {
    const first = after?.isBeyond ? [] : nextOf(relevant, false, after, count, order);
    if (!isAll || !beyond || first.length === count) return first;
    const rest = nextOf(beyond, true, after?.isBeyond ? after : undefined, count - first.length, order);
    return [...first, ...rest];
  };
  let facets: readonly LabelCount[] | undefined;
  const pages = new Map<string, readonly SortPosition[]>();
  const hitCount = relevant.rows.length + (beyond?.rows.length ?? 0);
  return {
    version: collection.version,
    bytes: hitCount * HIT_BYTES + collection.rowCount * comparisons.size * SCORE_BYTES,
    total: relevant.rows.length,
    beyond: beyond?.rows.length,
    relevances: [...comparisons.values()].map(({ relevance }) => relevance),
    next(after, count, order, isAll) {
      if (after !== undefined) return nextPage(after, count, order, isAll);
      const name = `${order} ${count} ${isAll}`;
      const page = pages.get(name) ?? nextPage(after, count, order, isAll);
      if (pages.size < KEPT_PAGES) pages.set(name, page);
      return page;
    },
    has: (row) => collection.isThere(row) && judge(row) !== NO,
    positionOf(image) {
      const row = collection.rowOf(image);
      if (row < 0) return undefined;
      const verdict = judge(row);
      if (verdict !== NO) return position(row, verdict, false);
      const verdictBeyond = judgeBeyond?.(row) ?? NO;
      return verdictBeyond === NO ? undefined : position(row, verdictBeyond, true);
    },
    facets() {
      facets ??=
        query.kind === 'every-image' ? collection.labelCounts() : labelCountsOf(relevant.rows, collection);
      return facets;
    },
  };
}

/** A query's texts and similar images, from left to right. */
export function vectorConditions(query: Query): readonly VectorCondition[] {
  return conditionsOf(query).filter(isByVector);
}

function comparisonsOf(
  conditions: readonly VectorCondition[],
  collection: ImageCollection,
  vectors: EvaluatedQuery['vectors'],
  relevanceOf: EvaluatedQuery['relevanceOf'],
): ReadonlyMap<VectorCondition, Comparison> {
  return new Map(
    conditions.map((condition, place) => {
      const cosines = collection.cosines(vectors.get(condition) ?? new Float32Array());
      return [condition, comparison(cosines, relevanceOf(cosines, place))];
    }),
  );
}
