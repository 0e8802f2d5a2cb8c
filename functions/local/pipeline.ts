import { join } from 'node:path';
import type { S3Options } from '../adapters/aws/s3.ts';
import { type Bucket, s3Bucket } from '../adapters/aws/s3-bucket.ts';
import { readModel } from '../adapters/files/model-folder.ts';
import { thumbnailFolder } from '../adapters/files/thumbnail-folder.ts';
import { onnxTextEncoder } from '../adapters/onnx/encoders.ts';
import { QUEUE_DEFINITION, visibilityTimeoutSeconds } from '../core/objects/queue-definition.ts';
import { isNotedForModel, removeModelNote } from '../core/records/table-model.ts';
import type { ScannableTable } from '../core/records/tag-table.ts';
import type { ResultEvents } from '../core/results/result-event.ts';
import { messageNotes } from '../core/tagging/message-notes.ts';
import type { Tagger } from '../core/tagging/tag-image.ts';
import { composeChannels } from '../tag-images/channels.ts';
import { composeTagger, type TaggerSettings } from '../tag-images/composition.ts';
import type { Report } from '../tag-images/tag-messages.ts';
import { closeInTurn } from './closing.ts';
import { LOCAL_PIPELINE } from './control-api/local-pipeline.ts';
import { type DynamoDbEndpoint, startDynamoDbEndpoint } from './dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_REGION, LOCAL_TABLE_NAME } from './dynamodb/table.ts';
import type { WrittenImage } from './dynamodb/written-records.ts';
import type { PortChoice } from './http/loopback-server.ts';
import type { Reach } from './http/reach.ts';
import { keysHint } from './keys-hint.ts';
import { type LiveLabelSets, openLiveLabelSets } from './label-sets/live-label-sets.ts';
import { type OwnLabelSets, ownLabelSets } from './label-sets/own-label-sets.ts';
import type { LocalQueue } from './queue/contract.ts';
import { openQueue } from './queue/queue.ts';
import { settledAfter } from './queue/settled-after.ts';
import { type Repairs, startRepair } from './repair/repair.ts';
import { runRepair } from './repair/repair-run.ts';
import { type S3Endpoint, startS3Endpoint } from './s3-endpoint/s3-endpoint.ts';
import { flushLevelStore } from './store/flush.ts';
import { startTagging } from './tagging.ts';
import { openImageTrial } from './trial/image-trial.ts';

export const LOCAL_BUCKET_NAME = LOCAL_PIPELINE.bucket;

const { functionTimeoutSeconds, maxReceiveCount } = QUEUE_DEFINITION;

export interface PipelineOptions
  extends Pick<TaggerSettings, 'modelFolder' | 'labelSets' | 'maximumBytes' | 'exif' | 'warn'> {
  /** Holds everything that must survive the process. */
  readonly dataFolder: string;
  readonly ports: { readonly s3: PortChoice; readonly dynamodb: PortChoice };
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Who reaches the endpoints. @default this machine alone */
  readonly reach?: Reach | undefined;
  readonly report: Report;
  /** Whether thumbnails are made and kept, below the data folder. @default true */
  readonly makesThumbnails?: boolean | undefined;
  /** Maximum number of S3 object tags that each image gets, 1 to 10. @default none */
  readonly objectTagLimit?: number | undefined;
  /** Gets the result events. @default nobody */
  readonly events?: ResultEvents | undefined;
  /** Told of each image record that is written, whichever program does it. */
  readonly onImage?: (image: WrittenImage) => void;
  /** Called with the cost of each write to the table, in write units. */
  readonly onWriteUnits?: (writeUnits: number) => void;
}

export interface Pipeline {
  readonly s3: S3Endpoint;
  readonly dynamodb: DynamoDbEndpoint;
  readonly queue: LocalQueue;
  readonly bucket: Bucket;
  /** Its classifiers are those of the moment in which it is asked. */
  readonly tagger: Tagger & { readonly table: ScannableTable };
  readonly labelSets: LiveLabelSets;
  readonly ownLabelSets: OwnLabelSets;
  /** Whether some records may be of another model than the tagger's: they have not been looked at yet. */
  readonly mayHaveOtherModels: boolean;
  /** What the start has found lost, and what was done about it; `undefined` when it was closed before or has failed. */
  readonly repairs: Promise<Repairs | undefined>;
  /** Takes no more messages, finishes those under way and closes everything; the others come at the next start. */
  close(): Promise<void>;
}

/**
 * The whole pipeline in one process: S3 endpoint → queue → event source mapping → the handler that Lambda
 * runs → DynamoDB endpoint. Each step is durable before the one before it is acknowledged.
 *
 * The table and the queue are those that a deployment makes by default: settings in `cdk.json` do not count here.
 *
 * @throws Error with code `EADDRINUSE` when a port is taken
 */
export async function startPipeline(options: PipelineOptions): Promise<Pipeline> {
  const { dataFolder, credentials, ports } = options;
  const closers: Array<() => Promise<void>> = [];
  const close = () => closeInTurn(closers.splice(0).reverse());
  try {
    const queue = await openQueue({
      folder: join(dataFolder, 'queue'),
      visibilityTimeoutSeconds: visibilityTimeoutSeconds(functionTimeoutSeconds),
      maxReceiveCount,
    });
    closers.push(() => queue.close());
    const dynamodb = await startDynamoDbEndpoint({
      folder: tableFolder(dataFolder),
      port: ports.dynamodb,
      reach: options.reach,
      credentials,
      keysHint: keysHint(credentials),
      ...(options.onImage && { onImage: options.onImage }),
    });
    closers.push(() => dynamodb.close());
    await ensureTable(dynamodb);
    const s3 = await startS3(options, queue);
    closers.push(() => s3.close());
    const s3Options: S3Options = {
      endpoint: s3.url,
      region: LOCAL_REGION,
      credentials,
      forcePathStyle: true,
    };
    const bucket = s3Bucket(LOCAL_BUCKET_NAME, s3Options);
    await bucket.create(LOCAL_QUEUE_ARN);
    const own = ownLabelSets(dataFolder);
    const labelSets = await openLabelSets(options, own);
    closers.push(labelSets.close);
    const tagger = await localTagger(options, s3Options, dynamodb, labelSets);
    const repair = startRepair({ s3, queue, table: tagger.table, stores: storesIn(dataFolder) });
    await repair.mend();
    const mayHaveOtherModels = await removeOtherNote(tagger.table, tagger.encoder.modelDigest);
    const endsAnother = await openImageTrial({
      ...{ objects: tagger.objects, maximumBytes: options.maximumBytes, modelFolder: options.modelFolder },
      folder: join(dataFolder, 'trial'),
    });
    const channels = composeChannels({ objectTagLimit: options.objectTagLimit, s3: s3Options });
    const notes = messageNotes(tagger.table, tagger.now);
    // A picture that is still in work when the pipeline stops has not ended it.
    closers.push(() => notes.close());
    const tagging = startTagging({
      ...{ tagger, notes, endsAnother, report: options.report, warn: options.warn },
      queue: settledAfter(() => flushLevelStore(tableFolder(dataFolder)), queue),
      channels: { ...channels, events: options.events },
    });
    closers.push(() => tagging.close());
    const { repairs, stop } = runRepair(repair, options.warn);
    closers.push(stop);
    return {
      s3,
      dynamodb,
      queue,
      bucket,
      tagger,
      labelSets,
      ownLabelSets: own,
      mayHaveOtherModels,
      repairs,
      close,
    };
  } catch (error) {
    await close().catch(() => {});
    throw error;
  }
}

/** The tagger of a deployment, on the endpoints here, with the classifiers of the label sets as they are when it is asked. */
async function localTagger(
  options: PipelineOptions,
  s3: S3Options,
  { url: endpoint }: DynamoDbEndpoint,
  labelSets: LiveLabelSets,
): Promise<Pipeline['tagger']> {
  const { dataFolder, credentials, makesThumbnails = true, onWriteUnits } = options;
  const composed = await composeTagger({
    ...options,
    labelSets: [],
    classifierFolder: classifierFolder(dataFolder),
    thumbnails: makesThumbnails ? thumbnailFolder(join(dataFolder, 'thumbnails')) : undefined,
    s3,
    table: {
      tableName: LOCAL_TABLE_NAME,
      client: { endpoint, region: LOCAL_REGION, credentials },
      ...(onWriteUnits && { onWriteUnits }),
    },
  });
  return {
    ...composed,
    // dynalite has no time to live.
    removesNotes: true,
    get classifiers() {
      return labelSets.now().classifiers;
    },
  };
}

/** Whether the table is not known to have records of this model alone; then it is not known for another one either. */
async function removeOtherNote(table: ScannableTable, modelDigest: string): Promise<boolean> {
  if (await isNotedForModel(table, modelDigest)) return false;
  await table.write(removeModelNote(modelDigest));
  return true;
}

/** The label sets that the pipeline was started with, and those that were written in its page. */
async function openLabelSets(
  { modelFolder, labelSets, dataFolder, warn }: PipelineOptions,
  own: OwnLabelSets,
): Promise<LiveLabelSets> {
  const model = await readModel(modelFolder, []);
  return openLiveLabelSets({
    paths: () => [...labelSets, ...own.paths()],
    textEncoder: () => onnxTextEncoder(model),
    classifierFolder: classifierFolder(dataFolder),
    warn,
  });
}

function classifierFolder(dataFolder: string): string {
  return join(dataFolder, 'classifiers');
}

function tableFolder(dataFolder: string): string {
  return join(dataFolder, 'dynamodb');
}

function storesIn(dataFolder: string): readonly string[] {
  return [join(dataFolder, 'queue'), tableFolder(dataFolder), join(dataFolder, 's3', 'metadata')];
}

function startS3(
  { dataFolder, credentials, ports, reach }: PipelineOptions,
  queue: LocalQueue,
): Promise<S3Endpoint> {
  return startS3Endpoint({
    folder: join(dataFolder, 's3'),
    port: ports.s3,
    reach,
    credentials: { [credentials.accessKeyId]: credentials.secretAccessKey },
    keysHint: keysHint(credentials),
    region: LOCAL_REGION,
    usualQueueArn: LOCAL_QUEUE_ARN,
    onNotification: async (_queueArn, notification) => {
      await queue.send(JSON.stringify(notification));
    },
  });
}

const LOCAL_QUEUE_ARN = `arn:aws:sqs:${LOCAL_REGION}:000000000000:cliptag-uploads`;
