import { dot, embeddingFromBytes } from '../labels/embedding.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { imageTime } from './image-time.ts';
import type { Query } from './query.ts';
import type { VectorCondition } from './query-parts.ts';
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
 * Where an image stands as its record has it, by its exact embedding; `undefined` where it does not fit. The query is the
 * one that its whole collection was judged by.
 */
export function checkedPosition(record: ImageRecord, checked: CheckedQuery): SortPosition | undefined {
  if (record.status === 'deleted') return undefined;
  const collection = recordCollection(checked.modelDigest, [record]);
  const comparisons = comparisonsWith(record, checked);
  const verdictOf = (isBeyond: boolean) => judgeOf(checked.query, { collection, comparisons, isBeyond })(0);
  const verdict = verdictOf(false);
  const isBeyond = verdict === NO;
  const last = isBeyond && checked.isAll ? verdictOf(true) : verdict;
  if (last === NO) return undefined;
  return { isBeyond, verdict: last, time: imageTime(record), key: record.key, bucket: record.bucket };
}

function comparisonsWith(
  { embedding, modelDigest }: ImageRecord,
  { vectors, relevances, ...checked }: CheckedQuery,
): ReadonlyMap<VectorCondition, Comparison> {
  const values =
    embedding && modelDigest === checked.modelDigest && vectors.size > 0
      ? embeddingFromBytes(embedding, modelDigest).values
      : undefined;
  return new Map(
    [...vectors].flatMap(([condition, vector], place) => {
      const relevance = relevances[place];
      const cosines = Float32Array.of(values ? dot(values, vector) : Number.NaN);
      return relevance ? [[condition, comparison(cosines, relevance)]] : [];
    }),
  );
}
