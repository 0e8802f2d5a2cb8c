import { CliptagError } from '../errors.ts';
import { embeddingFromBytes, normalised, type PromptEncoder, requireSameModel } from '../labels/embedding.ts';
import type { ImageRecord } from '../records/image-record.ts';
import { vectorConditions } from './evaluation.ts';
import type { ImageCollection } from './image-collection.ts';
import { InvalidQuery } from './language/invalid-query.ts';
import type { ParsedQuery } from './language/parser.ts';
import type { SimilarCondition, TextCondition } from './language/query.ts';
import type { VectorCondition } from './language/query-parts.ts';
import type { SearchRelevance } from './relevance.ts';

/** What a query's texts and images mean to a model. */
export interface VectorSources {
  readonly collection: ImageCollection;
  /** The text encoder of the collection's model. */
  readonly textEncoder: () => Promise<PromptEncoder>;
  readonly promptsOf: SearchRelevance['promptsOf'];
  /** Records as they stand, with embeddings; those that are not there are left out. */
  readonly readRecords: (
    images: ReadonlyArray<{ readonly bucket: string; readonly key: string }>,
  ) => Promise<readonly ImageRecord[]>;
}

export type QueryVectors = (query: ParsedQuery) => Promise<ReadonlyMap<VectorCondition, Float32Array>>;

/** Texts whose embeddings are kept: those of the last queries, whose next pages are asked for. */
const KEPT_TEXTS = 200;

/** Unit vectors, one for each text and similar image of a query. */
export function queryVectors(sources: VectorSources): QueryVectors {
  const encodeTexts = rememberingEncoder(sources);
  return async (parsed) => {
    const conditions = vectorConditions(parsed.query);
    const texts = conditions.flatMap((one) => (one.kind === 'text' ? one.parts.map(({ text }) => text) : []));
    const embeddings = await encodeTexts([...new Set(texts)]);
    const vectors = new Map<VectorCondition, Float32Array>();
    for (const condition of conditions) {
      const vector =
        condition.kind === 'text'
          ? sumOf(condition, embeddings, parsed.columnOf(condition))
          : await contentOf(condition, sources, parsed.columnOf(condition));
      vectors.set(condition, vector);
    }
    return vectors;
  };
}

function rememberingEncoder({ collection, textEncoder, promptsOf }: VectorSources) {
  const known = new Map<string, Float32Array>();
  return async (texts: readonly string[]): Promise<ReadonlyMap<string, Float32Array>> => {
    const unknown = texts.filter((text) => !known.has(text));
    const found = new Map(texts.flatMap((text) => entryOf(text, known.get(text))));
    if (unknown.length === 0) return found;
    const encoder = await textEncoder();
    requireSameModel(collection.modelDigest, encoder.modelDigest);
    const prompts = unknown.map(promptsOf);
    const embeddings = await encoder.encode(prompts.flat());
    let next = 0;
    for (const [i, text] of unknown.entries()) {
      const count = prompts[i]?.length ?? 0;
      const vector = meanOf(embeddings.slice(next, next + count).map(({ values }) => values));
      next += count;
      found.set(text, vector);
      known.set(text, vector);
    }
    for (const text of known.keys()) if (known.size > KEPT_TEXTS) known.delete(text);
    return found;
  };
}

function entryOf<Value>(key: string, value: Value | undefined): Array<[string, Value]> {
  return value === undefined ? [] : [[key, value]];
}

function meanOf(vectors: readonly Float32Array[]): Float32Array {
  return weightedSum(vectors.map((vector) => ({ vector, weight: 1 })));
}

/** @throws {CliptagError} `not-an-embedding` where they cancel each other out */
function weightedSum(terms: ReadonlyArray<{ vector: Float32Array; weight: number }>): Float32Array {
  const sum = new Float64Array(terms[0]?.vector.length ?? 0);
  for (const { vector, weight } of terms)
    for (const [i, value] of vector.entries()) sum[i] = (sum[i] ?? 0) + weight * value;
  return normalised(sum);
}

function sumOf(
  { parts }: TextCondition,
  embeddings: ReadonlyMap<string, Float32Array>,
  column: number,
): Float32Array {
  const terms = parts.map(({ text, weight }) => ({
    vector: embeddings.get(text) ?? new Float32Array(),
    weight,
  }));
  try {
    return weightedSum(terms);
  } catch (error) {
    if (!(error instanceof CliptagError && error.code === 'not-an-embedding')) throw error;
    const received = parts.map(({ text, weight }) => `${weight}*${text}`).join(' + ');
    throw new InvalidQuery({ column, expected: 'texts that do not cancel each other out', received });
  }
}

async function contentOf(
  { bucket, key }: SimilarCondition,
  { collection, readRecords }: VectorSources,
  column: number,
): Promise<Float32Array> {
  const buckets = bucket === undefined ? bucketsOf(collection) : [bucket];
  const records = await readRecords(buckets.map((name) => ({ bucket: name, key })));
  const images = records.filter(({ status }) => status !== 'deleted');
  const [image] = images;
  if (!image || images.length > 1) {
    const places = images.map((one) => `s3://${one.bucket}/${key}`);
    const received = places.length === 0 ? (bucket === undefined ? key : `s3://${bucket}/${key}`) : key;
    const expected =
      places.length === 0 ? 'the key of an image that is there' : `one image (${places.join(' or ')})`;
    throw new InvalidQuery({ column, expected, received });
  }
  if (!image.embedding || image.modelDigest !== collection.modelDigest) {
    throw new InvalidQuery({
      column,
      expected: `an image with an embedding of model ${collection.modelDigest}`,
      received: `${key} (${image.status}${image.modelDigest === undefined ? '' : `, model ${image.modelDigest}`})`,
    });
  }
  return embeddingFromBytes(image.embedding, image.modelDigest).values;
}

function bucketsOf(collection: ImageCollection): readonly string[] {
  const buckets = new Set<string>();
  for (let row = 0; row < collection.rowCount; row++) {
    if (collection.isThere(row)) buckets.add(collection.bucketOf(row));
  }
  return [...buckets].sort();
}
