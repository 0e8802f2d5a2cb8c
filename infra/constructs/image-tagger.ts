import { Token } from 'aws-cdk-lib';
import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IEventBus } from 'aws-cdk-lib/aws-events';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { readByRules, throwFaults } from '../options/option-rules.ts';
import { contradictions, TAGGER_RULES, type TaggerOptions } from '../options/tagger-options.ts';
import type { TaggingImage } from '../packaging/tagging-image.ts';
import { statefulParts } from '../stateful-parts.ts';
import { TaggingFunction } from './functions/tagging-function.ts';
import { type AnyBucket, BucketEvents } from './intake/bucket-events.ts';
import { UploadBucket } from './intake/upload-bucket.ts';
import { filterFaults } from './intake/upload-filter.ts';
import { addAlarms } from './watching/alarms.ts';
import { addDashboard } from './watching/dashboard.ts';
import { Backfill } from './workflows/backfill.ts';
import { Retag } from './workflows/retag.ts';

export interface ImageTaggerProps extends Partial<TaggerOptions> {
  /** Model, label sets and processor: what {@link taggingImage} gives. */
  readonly image: TaggingImage;
  /**
   * The buckets whose objects are tagged, 1 to 100, of the stack's region and account. Their events come by EventBridge.
   * @default a new bucket, private and encrypted, that is kept when the stack is deleted
   */
  readonly bucket?: AnyBucket | readonly AnyBucket[];
  /**
   * KMS keys that objects of those buckets are encrypted with, besides each bucket's own.
   * @default []
   */
  readonly bucketKey?: readonly IKey[];
  /**
   * The KMS key that the tag table is encrypted with.
   * @default DynamoDB's own key
   */
  readonly tableKey?: IKey | undefined;
  /**
   * Where alarms are sent to.
   * @default alarms change their state and tell nobody
   */
  readonly alarmTopic?: ITopic | undefined;
  /**
   * Where an event is sent to for every image that was tagged, failed or was removed: docs/result-events.md.
   * @default nowhere
   */
  readonly resultEventBus?: IEventBus | undefined;
}

const MAXIMUM_BUCKETS = 100;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const MAXIMUM_BUCKET_NAME = 63;

/**
 * Tags images as they are uploaded: bucket → queue → function → table.
 *
 * When the stack is deleted the table and the bucket stay; everything else goes.
 *
 * @example
 * const image = await taggingImage({ model: 'models/embedded', labelSets: ['my-labels.yaml'], architecture: 'arm64' });
 * new ImageTagger(this, 'Tagger', { image, bucket, prefix: ['photos/'] });
 */
export class ImageTagger extends Construct {
  readonly buckets: readonly AnyBucket[];
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  readonly table: Table;
  readonly function: LambdaFunction;
  /** Has objects tagged that are in the buckets already; its input is `{"bucket": NAME, "prefix": TEXT}`. */
  readonly backfill: StateMachine;
  /** Tags all images anew from their stored embeddings; its input is described at {@link RetagWorkflow}. */
  readonly retag: StateMachine;

  /** @throws Error that names every faulty prop at once, with what was expected and what arrived. */
  constructor(scope: Construct, id: string, props: ImageTaggerProps) {
    super(scope, id);
    const given = [props.bucket ?? []].flat();
    const options = this.validated(props, given);
    const { tagTable, uploadQueue } = statefulParts(this, { ...options, encryptionKey: props.tableKey });
    const { queue, deadLetterQueue } = uploadQueue;
    this.buckets =
      given.length > 0 ? given : [new UploadBucket(this, 'Uploads', { queue, filter: options }).bucket];
    if (given.length > 0) {
      const enable = options.enableEventBridge;
      new BucketEvents(this, 'Events', { buckets: given, queue, deadLetterQueue, filter: options, enable });
    }
    const { image, tableKey, bucketKey: bucketKeys = [], resultEventBus } = props;
    const { buckets } = this;
    const parts = { image, options, buckets, bucketKeys, tagTable, tableKey, queue, resultEventBus };
    const tagging = new TaggingFunction(this, 'Tagging', parts);
    this.backfill = new Backfill(this, 'Backfill', parts).workflow;
    this.retag = new Retag(this, 'Retag', parts).workflow;
    const watched = {
      ...{ function: tagging.function, uploadQueue, table: tagTable.table, image, options },
      tellsResults: options.objectTags || resultEventBus !== undefined,
    };
    addAlarms(new Construct(this, 'Alarms'), watched, props.alarmTopic);
    addDashboard(this, 'Dashboard', watched);
    this.queue = queue;
    this.deadLetterQueue = deadLetterQueue;
    this.table = tagTable.table;
    this.function = tagging.function;
  }

  private validated(props: ImageTaggerProps, buckets: readonly AnyBucket[]): TaggerOptions {
    const given = new Map<string, unknown>(Object.entries(props));
    const { options, faults } = readByRules<TaggerOptions>(TAGGER_RULES, (name) => given.get(name));
    const bucketFaults =
      buckets.length > MAXIMUM_BUCKETS || (props.bucket !== undefined && buckets.length === 0)
        ? [`Expected 1 to ${MAXIMUM_BUCKETS} buckets for bucket but received ${buckets.length}`]
        : [];
    throwFaults(this.node.path, [
      ...faults,
      ...bucketFaults,
      ...contradictions(options),
      ...filterFaults(options, buckets.map(writtenName)),
    ]);
    return options;
  }
}

/** The name of a bucket that is made in this deployment is not known yet, and so may be as long as any. */
function writtenName({ bucketName }: AnyBucket): string {
  return Token.isUnresolved(bucketName) ? 'x'.repeat(MAXIMUM_BUCKET_NAME) : bucketName;
}
