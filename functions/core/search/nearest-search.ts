import { CliptagError } from '../errors.ts';
import { embeddingFromBytes } from '../labels/embedding.ts';
import type { LabelSet } from '../labels/label-set.ts';
import { labelEntryOf, queryLabelEntries } from '../records/label-entries.ts';
import type { TagTable } from '../records/tag-table.ts';
import { MAXIMUM_NEAREST, type VectorIndex, type VectorSearch } from '../records/vector-index.ts';
import type { CollectedRecord, ImageCollection } from './image-collection.ts';
import type { ImageSearch, SimilarRequest } from './image-search.ts';
import { InvalidQuery } from './language/invalid-query.ts';
import { parseQuery } from './language/parser.ts';
import type { LabelCondition, Query } from './language/query.ts';
import { isByVector, type VectorCondition } from './language/query-parts.ts';
import { vocabularyOf } from './language/vocabulary.ts';
import { type ImageSearchParts, openImageSearch } from './open-image-search.ts';
import { queryVectors } from './query-vectors.ts';
import { imageName, recordCollection } from './record-collection.ts';
import { plainSearchRelevance, type RelevanceModel, type SearchRelevance } from './relevance.ts';
import { readSearched } from './searched-record.ts';

export interface NearestSearchParts
  extends Omit<ImageSearchParts, 'collection' | 'table' | 'relevance' | 'labelSets'> {
  /** What labels are called. */
  readonly labelSets: readonly LabelSet[];
  readonly table: Pick<TagTable, 'readBatch' | 'query'>;
  readonly vectors: VectorSearch;
  readonly index: VectorIndex;
  /** Model whose embeddings are compared. */
  readonly modelDigest: string;
  /** Some hundred images of the table, whichever they are: relevance stands out from these. */
  readonly sample: () => Promise<readonly CollectedRecord[]>;
  /** Relevance as a collection of the sample tells it. @default {@link plainSearchRelevance} */
  readonly relevanceOf?: ((sample: ImageCollection) => SearchRelevance) | undefined;
}

/** Best entries of each label that are looked at. */
const MAXIMUM_LABELLED = 500;

/**
 * A search that holds no collection in memory. It looks at the images that are nearest to a query's texts and images by
 * the table's vector index (at most {@link MAXIMUM_NEAREST} for each), at those with its labels (at most {@link
 * MAXIMUM_LABELLED} for each), and judges them as every search does.
 *
 * `search` throws {InvalidQuery} for a query that these do not find: every alternative needs a text, a similar image or a
 * label.
 */
export function openNearestSearch(parts: NearestSearchParts): Pick<ImageSearch, 'search' | 'similar'> {
  const { table, modelDigest, labelSets, textEncoder } = parts;
  const vocabulary = vocabularyOf(labelSets, []);
  const sampleNow = samples(parts);

  /** A search of the images that are found, and of no others. */
  const searchOf = ({ records, relevance }: Sample, found: readonly CollectedRecord[]) =>
    openImageSearch({
      ...parts,
      collection: recordCollection(modelDigest, [...records, ...found]),
      relevance: sampledRelevance(relevance, new Set(records.map(imageName)).size),
    });

  return {
    async search(request) {
      const parsed = parseQuery(request.query, vocabulary);
      requireCandidates(parsed.query);
      const sample = await sampleNow();
      const vectors = await queryVectors({
        collection: sample.collection,
        textEncoder,
        promptsOf: sample.relevance.promptsOf,
        readRecords: (images) => readSearched(images, table, true),
      })(parsed);
      return searchOf(sample, await candidatesOf(parsed.query, vectors, parts)).search(request);
    },
    async similar(request) {
      const sample = await sampleNow();
      const { query } = parseQuery(request.query ?? '', vocabulary);
      const vector = await contentOf(request.to, parts);
      const found = await nearest(vector, query, parts);
      return searchOf(sample, await readSearched(found, table, true)).similar(request);
    },
  };
}

interface Sample {
  readonly records: readonly CollectedRecord[];
  readonly collection: ImageCollection;
  readonly relevance: SearchRelevance;
}

/** The sample with what it tells of relevance, which is worked out again for another one. */
function samples({ sample, modelDigest, relevanceOf }: NearestSearchParts): () => Promise<Sample> {
  let kept: Sample | undefined;
  return async () => {
    const records = await sample();
    if (kept?.records !== records) {
      const collection = recordCollection(modelDigest, records);
      kept = { records, collection, relevance: relevanceOf?.(collection) ?? plainSearchRelevance };
    }
    return kept;
  };
}

/** @throws {CliptagError} `no-image` where there is none with an embedding of the model */
async function contentOf(
  to: SimilarRequest['to'],
  { table, modelDigest }: NearestSearchParts,
): Promise<Float32Array> {
  if ('embedding' in to) return to.embedding;
  const [record] = await readSearched([to], table, true);
  if (record?.embedding && record.modelDigest === modelDigest) {
    return embeddingFromBytes(record.embedding, modelDigest).values;
  }
  throw new CliptagError(
    'no-image',
    `Expected an image with an embedding of model ${modelDigest} but received s3://${to.bucket}/${to.key}`,
  );
}

/** Relevance by the first rows alone: among the nearest images, all would look alike. */
function sampledRelevance(relevance: SearchRelevance, rows: number): SearchRelevance {
  const sampled = ({ of, from }: RelevanceModel): RelevanceModel => ({
    of: (cosines) => of(cosines.subarray(0, rows)),
    from,
  });
  return {
    promptsOf: relevance.promptsOf,
    text: async () => sampled(await relevance.text()),
    similar: async () => sampled(await relevance.similar()),
  };
}

function requireCandidates(query: Query): void {
  if (findsCandidates(query)) return;
  throw new InvalidQuery({
    column: 1,
    expected: 'a text, a similar image or a label in every alternative, since a vector index finds no others',
    received: 'filters alone',
  });
}

function findsCandidates(query: Query): boolean {
  if (query.kind === 'and') return query.of.some(findsCandidates);
  if (query.kind === 'or') return query.of.every(findsCandidates);
  return query.kind === 'label' || isByVector(query);
}

/** Records of the images that a query may find, as they stand. */
async function candidatesOf(
  query: Query,
  vectors: ReadonlyMap<VectorCondition, Float32Array>,
  parts: NearestSearchParts,
): Promise<readonly CollectedRecord[]> {
  const found = await Promise.all(
    wantedConditions(query).map((condition) =>
      condition.kind === 'label'
        ? labelled(condition, parts)
        : nearest(vectors.get(condition) ?? new Float32Array(), query, parts),
    ),
  );
  return readSearched(found.flat(), parts.table, true);
}

type ImageName = Pick<CollectedRecord, 'bucket' | 'key'>;

/** What an image is to be; what it is not to be finds none. */
function wantedConditions(query: Query): ReadonlyArray<LabelCondition | VectorCondition> {
  if (query.kind === 'and' || query.kind === 'or') return query.of.flatMap(wantedConditions);
  return query.kind === 'label' || isByVector(query) ? [query] : [];
}

async function labelled(
  { terms, minimumScore }: LabelCondition,
  { table }: NearestSearchParts,
): Promise<readonly ImageName[]> {
  const found = await Promise.all(
    terms.map(async ({ set, label }) => {
      const images: ImageName[] = [];
      for await (const page of table.query(queryLabelEntries(set, label, minimumScore, MAXIMUM_LABELLED))) {
        images.push(...page.map(labelEntryOf));
        if (images.length >= MAXIMUM_LABELLED) break;
      }
      return images;
    }),
  );
  return found.flat();
}

function nearest(
  vector: Float32Array,
  query: Query,
  { vectors, index, modelDigest }: NearestSearchParts,
): Promise<readonly ImageName[]> {
  return vectors.nearest({ index, vector, modelDigest, bucket: onlyBucketOf(query), limit: MAXIMUM_NEAREST });
}

/** The bucket that all images of an answer are in, where the query says so. */
function onlyBucketOf(query: Query): string | undefined {
  const parts = query.kind === 'and' ? query.of : [query];
  return parts.find((part) => part.kind === 'bucket')?.bucket;
}
