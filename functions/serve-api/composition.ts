import { type DynamoDbTagTableOptions, dynamoDbTagTable } from '../adapters/aws/dynamodb.ts';
import { type S3Options, s3ObjectStore } from '../adapters/aws/s3.ts';
import { s3Addresses } from '../adapters/aws/s3-addresses.ts';
import { queueDepth, type SqsOptions } from '../adapters/aws/sqs.ts';
import { sqsSender } from '../adapters/aws/sqs-sender.ts';
import { type ApiApp, apiApp } from '../api/api-app.ts';
import type { ApiPorts, ApiSettings } from '../api/api-ports.ts';
import type { LabelSetsAnswer } from '../api/contract.ts';
import { shownLabelSet } from '../api/shown-label-set.ts';
import type { ApiEnvironment } from '../config.ts';
import type { PromptEncoder } from '../core/labels/embedding.ts';
import { type LabelSet, labelSetDigest } from '../core/labels/label-set.ts';
import { listedObjectBody } from '../core/objects/listed-object.ts';
import { correctByNames } from '../core/records/correct-by-names.ts';
import { readRecord } from '../core/records/record-commit.ts';
import { shardedTable } from '../core/records/sharded-table.ts';
import type { TagTable } from '../core/records/tag-table.ts';
import { indexingVectors, type VectorIndex } from '../core/records/vector-index.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import { bucketPictures } from './bucket-pictures.ts';
import { bucketUploads } from './bucket-uploads.ts';
import { explainer } from './explainer.ts';
import { imageCounts } from './image-counts.ts';
import { pictureLimit } from './picture-limit.ts';

/** Configuration of the clients. @default the SDK's own chain (region and role of the function) */
export interface ApiClients {
  readonly table?: DynamoDbTagTableOptions['client'];
  readonly s3?: S3Options;
  readonly queue?: SqsOptions;
}

export interface ApiParts {
  readonly search: ImageSearch;
  /** That say what labels are called. */
  readonly labelSets: readonly LabelSet[];
  /** The table's model. */
  readonly modelDigest: string;
  /** Of that model. */
  readonly textEncoder: PromptEncoder;
  /** The table's vector index. @default it has none */
  readonly vectorIndex?: VectorIndex | undefined;
  readonly report: ApiSettings['report'];
  readonly clients?: ApiClients;
}

/** Builds the HTTP API before a deployed pipeline from the adapters. */
export function composeApi(environment: ApiEnvironment, parts: ApiParts): ApiApp {
  const { search, labelSets, modelDigest, vectorIndex, report, clients = {} } = parts;
  const { TABLE_NAME, TABLE_SHARDS, BUCKETS, KEY_PREFIXES, MAXIMUM_BYTES } = environment;
  const plain = dynamoDbTagTable({ tableName: TABLE_NAME, ...(clients.table && { client: clients.table }) });
  const divided = shardedTable(plain, { shards: TABLE_SHARDS });
  const table = vectorIndex ? indexingVectors(divided, vectorIndex) : divided;
  return apiApp(
    {
      search,
      ...recordPorts(environment, table, labelSets),
      why: explainer(table, { ...parts, classifierFolder: environment.CLASSIFIER_FOLDER }),
      ...bucketPorts(environment, clients),
      ...queuePorts(environment, table, clients.queue),
      embed: embedder(environment),
      labelSets: async () => deployedLabelSets(labelSets, modelDigest),
    },
    {
      scope: { buckets: BUCKETS, prefixes: KEY_PREFIXES },
      modelDigest,
      maximumPictureBytes: pictureLimit(MAXIMUM_BYTES),
      report,
    },
  );
}

/** They are those of the deployment: other ones are deployed, and the stack's workflow retags. */
function deployedLabelSets(labelSets: readonly LabelSet[], modelDigest: string): LabelSetsAnswer {
  const shown = labelSets.map((labelSet) =>
    shownLabelSet(labelSet, { digest: labelSetDigest(labelSet, modelDigest), isOwn: false }),
  );
  return { labelSets: shown, changes: [], faults: [], canWrite: false };
}

function recordPorts(
  { WRITES }: ApiEnvironment,
  table: TagTable,
  labelSets: readonly LabelSet[],
): Pick<ApiPorts, 'image' | 'correct'> {
  return {
    image: (name) => readRecord(name, table),
    ...(WRITES && {
      correct: (image, names) => correctByNames(image, names, { labelSets, table, now: () => new Date() }),
    }),
  };
}

function bucketPorts(environment: ApiEnvironment, { s3 }: ApiClients): Partial<ApiPorts> {
  const { MAXIMUM_BYTES, WRITES, THUMBNAIL_BUCKET, THUMBNAIL_PREFIX } = environment;
  const objects = s3ObjectStore(s3);
  const addresses = s3Addresses(s3);
  const thumbnails = THUMBNAIL_BUCKET ? { bucket: THUMBNAIL_BUCKET, prefix: THUMBNAIL_PREFIX } : undefined;
  return {
    ...bucketPictures({ addresses, objects, thumbnails }),
    ...(WRITES && bucketUploads({ addresses, objects, maximumBytes: MAXIMUM_BYTES })),
  };
}

function queuePorts(
  { BUCKETS, QUEUE_URL, DEAD_LETTER_QUEUE_URL, WRITES }: ApiEnvironment,
  table: TagTable,
  client: SqsOptions = {},
): Pick<ApiPorts, 'retry' | 'status'> {
  const queue = sqsSender({ queueUrl: QUEUE_URL, deadLetterQueueUrl: DEAD_LETTER_QUEUE_URL, client });
  return {
    ...(WRITES && {
      // What the object is now is looked up once the message is worked on.
      retry: async ({ bucket, key, eTag = '-', sizeBytes = 0, recordedAt }) => {
        const object = { bucket, key, eTag, sizeBytes, lastModified: recordedAt };
        await queue.send([listedObjectBody({ ...object, isRetry: true })]);
      },
    }),
    async status() {
      const [waiting, failed, images] = await Promise.all([
        queueDepth(QUEUE_URL, client),
        queueDepth(DEAD_LETTER_QUEUE_URL, client),
        imageCounts(table, BUCKETS),
      ]);
      return { queue: waiting, deadLetters: failed.visible, images };
    },
  };
}

/** Loads decoder and encoder with the first picture. */
function embedder({ MODEL_FOLDER, MAXIMUM_BYTES, HEIC }: ApiEnvironment): NonNullable<ApiPorts['embed']> {
  let loading: ReturnType<typeof import('./picture-embedder.ts')['pictureEmbedder']> | undefined;
  return async (picture) => {
    loading ??= import('./picture-embedder.ts').then(({ pictureEmbedder }) =>
      pictureEmbedder({ modelFolder: MODEL_FOLDER, maximumBytes: MAXIMUM_BYTES, heic: HEIC }),
    );
    const embed = await loading.catch((error: unknown) => {
      loading = undefined;
      throw error;
    });
    return embed(picture);
  };
}
