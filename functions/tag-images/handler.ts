import type { SQSHandler } from 'aws-lambda';
import { s3Thumbnails } from '../adapters/aws/s3-thumbnails.ts';
import { sqsInbox } from '../adapters/aws/sqs-inbox.ts';
import { hideCredentials } from '../adapters/sandbox/hidden-credentials.ts';
import { readTaggingEnvironment, type TaggingEnvironment } from '../config.ts';
import { functionLog } from '../function-log/function-log.ts';
import { batchMetrics, type MeasuredBatch } from './batch-metrics.ts';
import { composeChannels } from './channels.ts';
import { composeTagger } from './composition.ts';
import { logReport } from './log-report.ts';
import { messageTagger } from './tag-messages.ts';

const loadedMilliseconds = performance.now();
const environment = readTaggingEnvironment();
const log = functionLog(environment);
const credentialsHidden = hideCredentials();

/** Of the invocation under way: a function works on one at a time. */
let remainingMilliseconds = (): number => Infinity;

const tagger = await composeTagger({
  modelFolder: environment.MODEL_FOLDER,
  labelSets: environment.LABEL_SETS,
  classifierFolder: environment.CLASSIFIER_FOLDER,
  table: {
    tableName: environment.TABLE_NAME,
    remainingMilliseconds: () => remainingMilliseconds(),
  },
  maximumBytes: environment.MAXIMUM_BYTES,
  heic: environment.HEIC,
  hasVectorIndex: environment.VECTOR_INDEX,
  shards: environment.TABLE_SHARDS,
  exif: environment.EXIF,
  thumbnails: thumbnailsIn(environment),
  warn: (message) => log.logger.warn(message),
});

const tagMessages = messageTagger({
  tagger,
  buckets: environment.BUCKETS,
  filter: { prefixes: environment.KEY_PREFIXES, suffixes: environment.KEY_SUFFIXES },
  report: logReport(log),
  channels: composeChannels({
    resultEventBus: environment.RESULT_EVENT_BUS,
    objectTagLimit: environment.OBJECT_TAG_LIMIT,
  }),
  inbox: environment.QUEUE_URL === undefined ? undefined : sqsInbox(environment.QUEUE_URL),
  maximumReceives: environment.MAXIMUM_RECEIVES,
});

function thumbnailsIn({ THUMBNAIL_BUCKET: bucket, THUMBNAIL_PREFIX: prefix }: TaggingEnvironment) {
  return bucket === undefined ? undefined : s3Thumbnails({ bucket, prefix });
}

let isColdStart = true;

// Times since the process began; Lambda's own part of a cold start came before.
log.logger.info('ready', {
  loadedMilliseconds: Math.round(loadedMilliseconds),
  readyMilliseconds: Math.round(performance.now()),
  credentialsHidden,
});

/** Tags the images that a batch of SQS messages names; answers which messages must come again. */
export const handler: SQSHandler = (event, context) => {
  const { functionName } = context;
  remainingMilliseconds = () => context.getRemainingTimeInMillis();
  const measured = (batch: MeasuredBatch) => {
    // Not by the console, to whose lines Lambda's runtime adds its own format: the line must be the document and no more.
    for (const line of batchMetrics(batch, { functionName, isColdStart, now: new Date() })) {
      process.stdout.write(`${line}\n`);
    }
    isColdStart = false;
  };
  return tagMessages(event, { measured, remainingMilliseconds });
};
