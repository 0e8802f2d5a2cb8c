import { Annotations, Duration } from 'aws-cdk-lib';
import type { Alarm, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { EventBus } from 'aws-cdk-lib/aws-events';
import type { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { METRICS } from '../../functions/core/tagging/metric-names.ts';
import type { AddBucketOptions } from '../options/add-bucket-options.ts';
import { throwFaults } from '../options/faults.ts';
import type { AnyBucket, AnyTable, ImageTaggerProps } from '../options/image-tagger-props.ts';
import { throughputWarnings } from '../options/table-throughput.ts';
import type { TaggerOptions } from '../options/tagger-options.ts';
import type { ApiEndpoint } from './api/api-endpoint.ts';
import { ImageApi } from './api/image-api.ts';
import { Canary } from './canary.ts';
import { TaggingFunction } from './compute/tagging-function.ts';
import { allowServices } from './data-key.ts';
import { grantReading, grantRedriving } from './grants.ts';
import { readBucketOptions } from './intake/added-bucket.ts';
import { BucketEvents } from './intake/bucket-events.ts';
import { bucketFaults } from './intake/bucket-faults.ts';
import { ForwardedEvents } from './intake/forwarded-events.ts';
import { type ThumbnailPlace, thumbnailFaults, thumbnailPlace } from './intake/thumbnail-place.ts';
import { UploadBucket } from './intake/upload-bucket.ts';
import { TagTable } from './tag-table.ts';
import { taggerParts } from './tagger-parts.ts';
import { UploadQueue } from './upload-queue.ts';
import { addAlarms, addEventAlarm, addForwardedAlarm } from './watching/alarms.ts';
import { addDashboard } from './watching/dashboard.ts';
import { ownMetric } from './watching/own-metric.ts';
import type { TaggerAlarms } from './watching/tagger-alarms.ts';
import { Backfill } from './workflows/backfill.ts';
import { Retag } from './workflows/retag.ts';

/**
 * Tags images as they are uploaded: bucket → queue → function → table.
 *
 * When the stack is deleted the table and the bucket stay unless `removalPolicy` says otherwise; everything else goes.
 *
 * @example
 * const tagger = new ImageTagger(this, 'Tagger', { buckets: [photos], labels: ['my-labels.yaml'] });
 * tagger.grantRead(webServer);
 */
export class ImageTagger extends Construct {
  /** Holds image records and label entries: docs/architecture.md. */
  readonly table: AnyTable;
  /** Carries the buckets' events to the function. */
  readonly queue: Queue;
  /** Gets messages that failed every time. */
  readonly deadLetterQueue: Queue;
  /** Tags the images that a batch of messages tells of. */
  readonly function: LambdaFunction;
  /** Has objects tagged that are in the buckets already; its input is `{"bucket": NAME, "prefix": TEXT}`. */
  readonly backfill: StateMachine;
  /**
   * Tags all images anew from their stored embeddings; its input is
   * `{"mode": "plan" | "write", "bucket": NAME, "prefix": TEXT}`, and all of it is optional.
   */
  readonly retag: StateMachine;
  /** The HTTP API, where there is one. */
  readonly api: ApiEndpoint | undefined;
  /** Digest of the model. Embeddings may be compared if, and only if, their models' digests are equal. */
  readonly modelDigest: string;
  /** Size of the embeddings that the table's vector index searches, where it has one. */
  readonly indexedDimensions: number | undefined;

  /** Where thumbnails are kept, by the names of `thumbnailName`; undefined where none are made. */
  readonly thumbnails: ThumbnailPlace | undefined;

  private readonly canary: Canary | undefined;
  private readonly forwarded: ForwardedEvents | undefined;
  private readonly readAlarms: () => TaggerAlarms;
  private readonly options: TaggerOptions;
  private readonly tableKey: IKey | undefined;
  private readonly dataKey: IKey | undefined;
  private readonly tagging: TaggingFunction;
  private readonly backfilling: Backfill;
  private readonly imageApi: ImageApi | undefined;
  private readonly events: BucketEvents;
  private readonly ownBuckets: readonly AnyBucket[];
  private readonly eventBuckets: AnyBucket[];

  /** @throws Error that names every faulty prop at once, with what was expected and what arrived */
  constructor(scope: Construct, id: string, props: ImageTaggerProps = {}) {
    super(scope, id);
    const parts = taggerParts(this, props);
    const { options, tableKey, removalPolicy, image } = parts;
    if (parts.dataKey) allowServices(this, parts.dataKey);
    const { queue, deadLetterQueue, visibilityTimeout } = new UploadQueue(this, 'UploadQueue', {
      functionTimeout: Duration.seconds(options.functionTimeoutSeconds),
      batchWindow: Duration.seconds(options.batchWindowSeconds),
      maxReceiveCount: options.maxReceiveCount,
      dataKey: parts.dataKey,
    });
    this.indexedDimensions = options.vectorIndex ? image.dimensions : undefined;
    const table =
      parts.table ??
      new TagTable(this, 'TagTable', {
        deletionProtection: options.tableDeletionProtection,
        encryptionKey: tableKey,
        removalPolicy,
        // A search by the vector index follows no changes.
        hasStream: options.api && !options.vectorIndex,
        indexedDimensions: this.indexedDimensions,
        warmWriteUnits: options.tableWarmWriteUnits,
      }).table;
    const watching = new Construct(this, 'Alarms');
    let eventsNotDelivered: Alarm | undefined;
    this.events = new BucketEvents(this, 'Events', {
      ...{ queue, deadLetterQueue, filter: options },
      onRule: (rule) => {
        eventsNotDelivered = addEventAlarm(watching, rule, parts.alarmTopic);
      },
    });
    this.eventBuckets = [...(parts.buckets ?? [])];
    if (parts.buckets) this.events.add(parts.buckets, options.enableEventBridge);
    const areGiven = parts.buckets !== undefined || parts.foreignBuckets.length > 0;
    this.ownBuckets = areGiven
      ? []
      : [new UploadBucket(this, 'Uploads', { queue, filter: options, removalPolicy }).bucket];
    this.forwarded =
      parts.foreignBuckets.length > 0
        ? new ForwardedEvents(this, 'Forwarded', {
            ...{ queue, deadLetterQueue, filter: options, foreignBuckets: parts.foreignBuckets },
          })
        : undefined;
    const forwardedNotDelivered =
      this.forwarded &&
      addForwardedAlarm(watching, this.forwarded.rule, this.forwarded.eventBus, parts.alarmTopic);
    const { buckets } = this;
    const warnings = throughputWarnings(options, buckets.length, image.dimensions);
    for (const [i, warning] of warnings.entries()) {
      Annotations.of(this).addWarningV2(`cliptag:throughput-${i}`, warning);
    }
    const thumbnails = thumbnailPlace(this, parts);
    const shared = {
      ...{ ...parts, buckets, queue, deadLetterQueue, table },
      ...{ thumbnailPlace: thumbnails, network: parts },
    };
    this.tagging = new TaggingFunction(this, 'Tagging', shared);
    this.backfilling = new Backfill(this, 'Backfill', shared);
    this.retag = new Retag(this, 'Retag', shared).workflow;
    this.imageApi = options.api ? new ImageApi(this, 'Api', { ...shared, deadLetterQueue }) : undefined;
    this.api = this.imageApi;
    const [bucket] = buckets;
    this.canary = options.canary && bucket ? new Canary(this, 'Canary', { ...shared, bucket }) : undefined;
    const watched = {
      ...{
        function: this.tagging.function,
        queue,
        deadLetterQueue,
        visibilityTimeout,
        table,
        image,
        options,
        backfill: this.backfilling.workflow,
        retag: this.retag,
      },
      api: this.imageApi?.function,
      tellsResults: options.objectTags || parts.resultEventBus !== undefined,
    };
    const alarms = addAlarms(watching, watched, parts.alarmTopic);
    this.readAlarms = () => ({
      ...alarms,
      ...(eventsNotDelivered && { eventsNotDelivered }),
      ...(forwardedNotDelivered && { forwardedNotDelivered }),
      ...(this.canary && { canary: this.canary.alarm }),
    });
    addDashboard(this, 'Dashboard', watched);
    this.table = table;
    this.queue = queue;
    this.deadLetterQueue = deadLetterQueue;
    this.function = this.tagging.function;
    this.backfill = this.backfilling.workflow;
    this.modelDigest = image.modelDigest;
    this.thumbnails = thumbnails;
    this.options = options;
    this.tableKey = tableKey;
    this.dataKey = parts.dataKey;
  }

  /** One alarm for each way in which images stop being tagged. */
  get alarms(): TaggerAlarms {
    return this.readAlarms();
  }

  /** The event bus that other accounts send their buckets' events to, where there are such buckets. */
  get forwardedEvents(): EventBus | undefined {
    return this.forwarded?.eventBus;
  }

  /** The buckets whose objects are tagged. */
  get buckets(): readonly AnyBucket[] {
    return [...this.ownBuckets, ...this.eventBuckets, ...(this.forwarded?.buckets ?? [])];
  }

  /**
   * Has the objects of one more bucket tagged, besides those that the tagger has; the prefixes and suffixes of the tagger
   * hold for it too.
   *
   * @throws Error when the bucket or an option is faulty, or there are too many buckets
   */
  addBucket(bucket: AnyBucket, options: AddBucketOptions = {}): void {
    const { values, faults } = readBucketOptions(bucket, options);
    const all = [...this.eventBuckets, bucket];
    if (this.ownBuckets.includes(bucket)) faults.push('Expected a bucket besides the tagger’s own');
    throwFaults(this.node.path, faults);
    throwFaults(this.node.path, [
      ...bucketFaults(this, all, this.options, this.forwarded?.foreignBuckets),
      ...thumbnailFaults([bucket], this.options.prefix, this.thumbnails),
    ]);
    this.eventBuckets.push(bucket);
    this.events.add([bucket], values.enableEventBridge ?? this.options.enableEventBridge);
    this.tagging.addBuckets([bucket], values.keys);
    this.backfilling.addBuckets([bucket]);
    this.imageApi?.addBuckets([bucket], values.keys);
  }

  /** Lets somebody read the table and its index, also where the table is encrypted with a key of your own. */
  grantRead(grantee: IGrantable): Grant {
    return grantReading(this.table, this.tableKey, grantee);
  }

  /**
   * Lets somebody use the HTTP API, whose requests are signed.
   *
   * @throws Error when there is none: the prop `api` makes it
   */
  grantApi(grantee: IGrantable): Grant {
    if (!this.imageApi) throw new Error(`${this.node.path}: Expected an API (api: true) but there is none`);
    return this.imageApi.grantInvoke(grantee);
  }

  /** Lets somebody look at dead letters and redrive them, as `cliptag redrive` does. */
  grantRedrive(grantee: IGrantable): Grant {
    return grantRedriving(this.queue, this.deadLetterQueue, this.dataKey, grantee);
  }

  /**
   * One of the metrics that the tagging function logs itself.
   *
   * @default - sum over 5 minutes
   */
  metric(metricName: string, options?: MetricOptions): Metric {
    return ownMetric(this.function, metricName, options);
  }

  /**
   * How many images were tagged.
   *
   * @default - sum over 5 minutes
   */
  metricTagged(options?: MetricOptions): Metric {
    return this.metric(METRICS.tagged, options);
  }

  /**
   * How many images could not be tagged for a fault of their own: they are damaged, too large, or not readable.
   *
   * @default - sum over 5 minutes
   */
  metricFailed(options?: MetricOptions): Metric {
    return this.metric(METRICS.failed, options);
  }

  /**
   * How many objects were no images of a format that is supported.
   *
   * @default - sum over 5 minutes
   */
  metricUnsupported(options?: MetricOptions): Metric {
    return this.metric(METRICS.unsupported, options);
  }

  /**
   * How many images are in the table but have no result event or object tags, which could not be written.
   *
   * @default - sum over 5 minutes
   */
  metricResultsNotTold(options?: MetricOptions): Metric {
    return this.metric(METRICS.notTold, options);
  }
}
