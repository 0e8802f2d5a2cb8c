import { type DynamoDbOptions, dynamoDbTagTable } from '../adapters/aws/dynamodb.ts';
import { snapshotObject } from '../adapters/aws/snapshot-object.ts';
import { dynamoDbTableChanges } from '../adapters/aws/table-changes.ts';
import { readLabelSets } from '../adapters/files/label-set-files.ts';
import { readModel } from '../adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../adapters/onnx/encoders.ts';
import { type ApiEnvironment, SNAPSHOT_KEY } from '../config.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import { openTableSearch } from '../search/table-search.ts';
import { wholeSearch } from '../search/whole-search.ts';

export interface OpenedSearch {
  readonly search: ImageSearch;
  /** The model whose embeddings are compared. */
  readonly modelDigest: string;
}

export interface OpeningOptions {
  /** Called with what went wrong and is made up for. */
  readonly warn: (what: string, error: unknown) => void;
  readonly client?: DynamoDbOptions | undefined;
}

/**
 * Opens the search over the deployed table: it starts from the last snapshot, or reads every image where there is none, and
 * takes over what has changed before each answer. The text encoder is loaded with the first text that somebody looks for, and kept.
 */
export async function openSearch(
  { TABLE_NAME, STREAM_ARN, SNAPSHOT_BUCKET, MODEL_FOLDER, LABEL_SETS }: ApiEnvironment,
  { warn, client = {} }: OpeningOptions,
): Promise<OpenedSearch> {
  const table = dynamoDbTagTable({ tableName: TABLE_NAME, client });
  const [model, labelSets] = await Promise.all([
    readModel(MODEL_FOLDER, ['textEncoder', 'textWeights', 'tokenizer']),
    readLabelSets(LABEL_SETS),
  ]);
  const following = await openTableSearch({
    table,
    modelDigest: model.digest,
    embeddingSize: model.manifest.embeddingSize,
    changes: STREAM_ARN === undefined ? undefined : dynamoDbTableChanges({ streamArn: STREAM_ARN, client }),
    ...(SNAPSHOT_BUCKET !== undefined && {
      snapshots: snapshotObject({ bucket: SNAPSHOT_BUCKET, key: SNAPSHOT_KEY }),
    }),
    warn,
  });
  const { collection } = following;
  const textEncoder = onnxTextEncoder(model);
  const search = wholeSearch({ collection, table, labelSets, textEncoder: async () => textEncoder });
  return { search: upToDate(search, following.refresh), modelDigest: model.digest };
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
