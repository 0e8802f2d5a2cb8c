import { embeddingFromBytes, normalised } from '../../../../functions/core/labels/embedding.ts';
import type { ImageRecord } from '../../../../functions/core/records/image-record.ts';
import type { SearchOrder } from '../../../../functions/core/search/image-search.ts';
import type {
  Query,
  SimilarCondition,
  TextCondition,
} from '../../../../functions/core/search/language/query.ts';
import { plainRelevance, type Relevance } from '../../../../functions/core/search/relevance.ts';
import { MODEL, textVector } from './searched-world.ts';

/** What a query says of one image: that it does not fit, or that it does, with a score or without. */
type Said = { readonly fits: false } | { readonly fits: true; readonly score?: number | undefined };

export interface NaiveHit {
  readonly record: ImageRecord;
  readonly score: number | undefined;
  readonly isBeyond: boolean;
}

/**
 * A search as its documentation tells it, over records, with nothing of the real one but the curve of relevance: each
 * condition is looked at for each image, and everything is sorted.
 */
export class NaiveSearch {
  readonly #relevances = new Map<Query, Relevance>();
  readonly #records: readonly ImageRecord[];

  /** @param records as they are when the first page is asked for */
  constructor(records: readonly ImageRecord[]) {
    this.#records = records;
  }

  hits(query: Query, isAll: boolean, order: SearchOrder, records = this.#records): readonly NaiveHit[] {
    const hits = records.flatMap((record): NaiveHit[] => {
      if (record.status === 'deleted') return [];
      const said = this.says(query, record, false);
      if (said.fits) return [{ record, score: said.score, isBeyond: false }];
      const beyond = this.says(query, record, true);
      return isAll && beyond.fits ? [{ record, score: beyond.score, isBeyond: true }] : [];
    });
    return hits.sort((a, b) => Number(a.isBeyond) - Number(b.isBeyond) || inOrder(order, a, b));
  }

  says(query: Query, record: ImageRecord, isLenient: boolean): Said {
    switch (query.kind) {
      case 'every-image':
        return { fits: true };
      case 'not':
        return { fits: !this.says(query.of, record, false).fits };
      case 'and': {
        const all = query.of.map((part) => this.says(part, record, isLenient));
        if (all.some(({ fits }) => !fits)) return { fits: false };
        const scores = all.flatMap((said) => (said.fits && said.score !== undefined ? [said.score] : []));
        return { fits: true, score: scores.length > 0 ? scores.reduce((a, b) => a * b) : undefined };
      }
      case 'or': {
        const fitting = query.of.map((part) => this.says(part, record, isLenient)).filter(({ fits }) => fits);
        const scores = fitting.flatMap((said) => (said.fits && said.score !== undefined ? [said.score] : []));
        if (fitting.length === 0) return { fits: false };
        return { fits: true, score: scores.length > 0 ? Math.max(...scores) : undefined };
      }
      case 'label': {
        const scores = record.tags
          .filter((tag) => query.terms.some(({ set, label }) => tag.set === set && tag.label === label))
          .map(({ score }) => score)
          .filter((score) => score >= query.minimumScore && score <= (query.maximumScore ?? 1));
        return scores.length > 0 ? { fits: true, score: Math.max(...scores) } : { fits: false };
      }
      case 'text':
      case 'similar': {
        const cosine = cosineWith(this.#vectorOf(query), record);
        if (cosine === undefined) return { fits: false };
        const { scoreOf, minimumScore } = this.#relevanceOf(query);
        const score = scoreOf(cosine);
        return isLenient || score >= minimumScore ? { fits: true, score } : { fits: false };
      }
      default:
        return { fits: passes(query, record) };
    }
  }

  #relevanceOf(query: TextCondition | SimilarCondition): Relevance {
    const known = this.#relevances.get(query);
    if (known) return known;
    const vector = this.#vectorOf(query);
    const there = this.#records.filter(({ status }) => status !== 'deleted');
    const cosines = there.map((record) => cosineWith(vector, record) ?? Number.NaN);
    const relevance = plainRelevance.of(Float32Array.from(cosines));
    this.#relevances.set(query, relevance);
    return relevance;
  }

  #vectorOf(query: TextCondition | SimilarCondition): Float32Array {
    if (query.kind === 'text') {
      const sum = [0, 0, 0, 0];
      for (const { text, weight } of query.parts) {
        for (const [i, value] of textVector(text).entries()) sum[i] = (sum[i] ?? 0) + weight * value;
      }
      return normalised(sum);
    }
    const image = this.#records.find(({ bucket, key }) => bucket === query.bucket && key === query.key);
    return embeddingFromBytes(image?.embedding ?? new Uint8Array(), MODEL).values;
  }
}

function cosineWith(vector: Float32Array, { embedding, modelDigest }: ImageRecord): number | undefined {
  if (!embedding || modelDigest !== MODEL) return undefined;
  const { values } = embeddingFromBytes(embedding, MODEL);
  return Math.fround(values.reduce((sum, value, i) => sum + value * (vector[i] ?? 0), 0));
}

type Filter = Exclude<Query, { kind: 'every-image' | 'and' | 'or' | 'not' | 'label' | 'text' | 'similar' }>;

function passes(filter: Filter, record: ImageRecord): boolean {
  switch (filter.kind) {
    case 'bucket':
      return record.bucket === filter.bucket;
    case 'image':
      return record.bucket === filter.bucket && record.key === filter.key;
    case 'prefix':
      return record.key.slice(0, filter.prefix.length) === filter.prefix;
    case 'status':
      return record.status === filter.status;
    case 'camera':
      return (record.camera ?? '').toLowerCase().includes(filter.camera.toLowerCase());
    case 'time':
      return timeOf(record) >= (filter.from ?? -Infinity) && timeOf(record) < (filter.to ?? Infinity);
    case 'pixels':
      if (record.width === undefined || record.height === undefined) return false;
      return isWithin(record.width * record.height, filter);
    case 'bytes':
      return record.sizeBytes !== undefined && isWithin(record.sizeBytes, filter);
    case 'near': {
      if (record.latitude === undefined || record.longitude === undefined) return false;
      return (
        onSphere(filter.latitude, filter.longitude, record.latitude, record.longitude) <= filter.kilometres
      );
    }
  }
}

function isWithin(
  value: number,
  { minimum, maximum }: { minimum?: number | undefined; maximum?: number | undefined },
): boolean {
  return (minimum === undefined || value >= minimum) && (maximum === undefined || value <= maximum);
}

/** By the angle between two arrows from the Earth's centre. */
function onSphere(
  latitude: number,
  longitude: number,
  otherLatitude: number,
  otherLongitude: number,
): number {
  const arrow = (north: number, east: number) => {
    const [a, b] = [(north * Math.PI) / 180, (east * Math.PI) / 180];
    return [Math.cos(a) * Math.cos(b), Math.cos(a) * Math.sin(b), Math.sin(a)];
  };
  const [a, b] = [arrow(latitude, longitude), arrow(otherLatitude, otherLongitude)];
  const chord = Math.hypot(...a.map((value, i) => value - (b[i] ?? 0)));
  return 2 * 6371.0088 * Math.asin(Math.min(1, chord / 2));
}

function timeOf({ takenAt, eventTime }: ImageRecord): number {
  return Date.parse(takenAt === undefined ? eventTime : `${takenAt.slice(0, 19)}Z`);
}

function inOrder(order: SearchOrder, a: NaiveHit, b: NaiveHit): number {
  const name = ({ record }: NaiveHit) => [record.key, record.bucket];
  const [[keyA = '', bucketA = ''], [keyB = '', bucketB = '']] = [name(a), name(b)];
  const byName = keyA === keyB ? (bucketA < bucketB ? -1 : 1) : keyA < keyB ? -1 : 1;
  const newest = timeOf(b.record) - timeOf(a.record);
  switch (order) {
    case 'best':
      return (b.score ?? -1) - (a.score ?? -1) || newest || byName;
    case 'newest':
      return newest || byName;
    case 'oldest':
      return -newest || byName;
    case 'name':
      return byName;
  }
}
