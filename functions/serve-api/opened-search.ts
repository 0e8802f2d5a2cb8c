import { type DynamoDbOptions, dynamoDbTagTable } from '../adapters/aws/dynamodb.ts';
import { dynamoDbVectorSearch } from '../adapters/aws/dynamodb-vectors.ts';
import { snapshotObject } from '../adapters/aws/snapshot-object.ts';
import { dynamoDbTableChanges } from '../adapters/aws/table-changes.ts';
import { readLabelSets } from '../adapters/files/label-set-files.ts';
import { readModel } from '../adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../adapters/onnx/encoders.ts';
import { type ApiEnvironment, SNAPSHOT_KEY } from '../config.ts';
import { CliptagError } from '../core/errors.ts';
import type { PromptEncoder } from '../core/labels/embedding.ts';
import type { LabelSet } from '../core/labels/label-set.ts';
import { shardedTable } from '../core/records/sharded-table.ts';
import type { ScannableTable } from '../core/records/tag-table.ts';
import { type VectorIndex, vectorIndex } from '../core/records/vector-index.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import { openNearestSearch } from '../core/search/nearest-search.ts';
import type { ImageSearchParts } from '../core/search/open-image-search.ts';
import { collectionRelevance } from '../search/collection-relevance.ts';
import { tableSample } from '../search/table-sample.ts';
import { openTableSearch } from '../search/table-search.ts';
import { wholeSearch } from '../search/whole-search.ts';

export interface OpenedSearch {
  readonly search: ImageSearch;
  /** Those of the deployment. */
  readonly labelSets: readonly LabelSet[];
  /** The model whose embeddings are compared. */
  readonly modelDigest: string;
  /** Loaded with the first text. */
  readonly textEncoder: PromptEncoder;
  /** The table's vector index, which whoever writes a record feeds. @default it has none */
  readonly vectorIndex?: VectorIndex | undefined;
}

export interface OpeningOptions {
  /** Called with what went wrong and is made up for. */
  readonly warn: (what: string, error: unknown) => void;
  readonly client?: DynamoDbOptions | undefined;
  /** How old the search may become where the table has no stream. @default five minutes */
  readonly compareSeconds?: number | undefined;
}

/**
 * Opens the search over the deployed table: in memory or, where the table has one, by its vector index. The text encoder is
 * loaded with the first text that somebody looks for, and kept.
 */
export async function openSearch(
  environment: ApiEnvironment,
  { warn, client = {}, compareSeconds }: OpeningOptions,
): Promise<OpenedSearch> {
  const { TABLE_NAME, MODEL_FOLDER, LABEL_SETS, VECTOR_INDEX } = environment;
  const [model, labelSets] = await Promise.all([
    readModel(MODEL_FOLDER, ['textEncoder', 'textWeights', 'tokenizer']),
    readLabelSets(LABEL_SETS),
  ]);
  const textEncoder = onnxTextEncoder(model);
  const { digest: modelDigest, manifest } = model;
  const parts = {
    ...{
      modelDigest,
      embeddingSize: manifest.embeddingSize,
      labelSets,
      textEncoder: async () => textEncoder,
    },
    ...{
      table: shardedTable(dynamoDbTagTable({ tableName: TABLE_NAME, client })),
      client,
      warn,
      compareSeconds,
    },
  };
  const opened = { modelDigest, labelSets, textEncoder };
  return VECTOR_INDEX
    ? { ...opened, ...indexedSearch(environment, parts) }
    : { ...opened, search: await searchInMemory(environment, parts) };
}

interface SearchParts extends Pick<ImageSearchParts, 'textEncoder'>, OpeningOptions {
  readonly labelSets: readonly LabelSet[];
  readonly table: ScannableTable;
  readonly modelDigest: string;
  readonly embeddingSize: number;
}

/** It starts from the last snapshot, or reads every image where there is none, and takes over changes before each answer. */
async function searchInMemory(
  { STREAM_ARN, SNAPSHOT_BUCKET }: ApiEnvironment,
  parts: SearchParts,
): Promise<ImageSearch> {
  const { table, modelDigest, embeddingSize, labelSets, textEncoder } = parts;
  const { client = {}, warn, compareSeconds } = parts;
  const { collection, refresh } = await openTableSearch({
    ...{ table, modelDigest, embeddingSize, warn },
    ...(compareSeconds !== undefined && { compareSeconds }),
    changes: STREAM_ARN === undefined ? undefined : dynamoDbTableChanges({ streamArn: STREAM_ARN, client }),
    ...(SNAPSHOT_BUCKET !== undefined && {
      snapshots: snapshotObject({ bucket: SNAPSHOT_BUCKET, key: SNAPSHOT_KEY }),
    }),
  });
  return upToDate(wholeSearch({ collection, table, labelSets, textEncoder }), refresh);
}

/** It holds no more than a sample; nobody counts the labels of all images, or compares them with each other. */
function indexedSearch(
  { TABLE_NAME }: ApiEnvironment,
  { table, modelDigest, embeddingSize, labelSets, textEncoder, client = {} }: SearchParts,
): Pick<OpenedSearch, 'search' | 'vectorIndex'> {
  const index = vectorIndex(embeddingSize);
  const search = openNearestSearch({
    ...{ table, modelDigest, labelSets, textEncoder, index, sample: tableSample(table) },
    vectors: dynamoDbVectorSearch({ tableName: TABLE_NAME, client }),
    relevanceOf: (collection) => collectionRelevance({ collection, textEncoder }),
  });
  const notOffered = async (): Promise<never> => {
    throw new CliptagError(
      'not-offered',
      'Counts of labels and duplicates are not offered with a vector index',
    );
  };
  return { search: { ...search, duplicates: notOffered, labelCounts: notOffered }, vectorIndex: index };
}

/** Has what others have written taken over before each answer. */
function upToDate(search: ImageSearch, refresh: () => Promise<void>): ImageSearch {
  const after =
    <Asked extends readonly unknown[], Found>(find: (...asked: Asked) => Promise<Found>) =>
    async (...asked: Asked) => {
      await refresh();
      return find(...asked);
    };
  return {
    search: after(search.search),
    similar: after(search.similar),
    duplicates: after(search.duplicates),
    labelCounts: after(search.labelCounts),
  };
}
