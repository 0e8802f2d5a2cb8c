import type { ImageRecord } from '../records/image-record.ts';
import type { ImageCollection } from './image-collection.ts';
import { imageTime } from './image-time.ts';
import type { Query } from './language/query.ts';
import type { VectorCondition } from './language/query-parts.ts';
import { recordCollection } from './record-collection.ts';
import type { Relevance } from './relevance.ts';
import type { SortPosition } from './sort-position.ts';
import { type Comparison, comparison, judgeOf, NO } from './verdict.ts';

export interface CheckedQuery {
  readonly query: Query;
  readonly vectors: ReadonlyMap<VectorCondition, Float32Array>;
  readonly relevances: readonly Relevance[];
  readonly modelDigest: string;
  readonly isAll: boolean;
}

/**
 * Where each image stands as its record has it, by its exact embedding; `undefined` where it does not fit. The query is the
 * one that their whole collection was judged by.
 */
export function checkedPositions(
  records: readonly ImageRecord[],
  checked: CheckedQuery,
): ReadonlyArray<SortPosition | undefined> {
  const collection = recordCollection(checked.modelDigest, records);
  const comparisons = comparisonsWith(collection, checked);
  const judge = judgeOf(checked.query, { collection, comparisons, isBeyond: false });
  const judgeBeyond = judgeOf(checked.query, { collection, comparisons, isBeyond: true });
  return records.map((record) => {
    const row = collection.rowOf(record);
    if (row < 0) return undefined;
    const verdict = judge(row);
    const isBeyond = verdict === NO;
    const last = isBeyond && checked.isAll ? judgeBeyond(row) : verdict;
    if (last === NO) return undefined;
    return { isBeyond, verdict: last, time: imageTime(record), key: record.key, bucket: record.bucket };
  });
}

function comparisonsWith(
  collection: ImageCollection,
  { vectors, relevances }: CheckedQuery,
): ReadonlyMap<VectorCondition, Comparison> {
  return new Map(
    [...vectors].flatMap(([condition, vector], place) => {
      const relevance = relevances[place];
      return relevance ? [[condition, comparison(collection.cosines(vector), relevance)]] : [];
    }),
  );
}
