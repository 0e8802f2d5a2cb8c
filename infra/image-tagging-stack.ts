import { CfnOutput, Duration, Size, Stack, type StackProps, Tags } from 'aws-cdk-lib';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { SecurityGroup, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { type ITopic, Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { ImageTagger } from './constructs/image-tagger.ts';
import { existingBuckets } from './constructs/intake/existing-buckets.ts';
import { IsolatedNetwork } from './constructs/isolated-network.ts';
import type { ImageTaggerProps } from './options/image-tagger-props.ts';
import { provideImage } from './packaging/provided-image.ts';
import type { TaggingImage } from './packaging/tagging-image.ts';
import type { Settings } from './settings.ts';

/** What the stack calls its tagger: the names that CloudFormation gives begin with it. */
const TAGGER_ID = 'Tagger';

export interface ImageTaggingStackProps extends StackProps {
  readonly settings: Settings;
  /** Laid out of the settings' model and label sets for their processor. */
  readonly image: TaggingImage;
}

/** Everything that tags the images of one account and region. */
export class ImageTaggingStack extends Stack {
  constructor(scope: Construct, id: string, props: ImageTaggingStackProps) {
    super(scope, id, props);
    const { image, settings } = props;
    provideImage(this, image);
    const resources = this.resourceProps(settings);
    const { logRetentionDays } = settings;
    const network = settings.isolated
      ? new IsolatedNetwork(this, 'Network', { logRetentionDays, dataKey: resources.dataKey })
      : undefined;
    const tagger = new ImageTagger(this, TAGGER_ID, {
      ...optionProps(settings),
      ...resources,
      ...(network && { vpc: network.vpc, securityGroups: [network.securityGroup] }),
    });
    for (const tag of settings.tags) Tags.of(this).add(...nameAndValue(tag));
    network?.reach({ tagger, resultEventBus: resources.resultEventBus });
    this.output(tagger, image);
  }

  /** What the settings name, as the CDK's objects. */
  private resourceProps(settings: Settings): ImageTaggerProps {
    const { bucket: bucketNames, bucketKey, tableKey, dataKey } = settings;
    const alarmTopic = this.alarmTopic(settings);
    const resultEventBus = this.eventBus(settings.resultEvents);
    return {
      ...(bucketNames.length > 0 && { buckets: existingBuckets(this, bucketNames) }),
      bucketKeys: bucketKey.map((arn, index) => Key.fromKeyArn(this, `BucketKey${index}`, arn)),
      ...this.network(settings),
      ...this.existingTable(settings),
      ...(tableKey !== undefined && { tableKey: Key.fromKeyArn(this, 'TableKey', tableKey) }),
      ...(dataKey !== undefined && { dataKey: Key.fromKeyArn(this, 'DataKey', dataKey) }),
      ...(alarmTopic && { alarmTopic }),
      ...(resultEventBus && { resultEventBus }),
    };
  }

  private existingTable({ table: tableName, tableStream }: Settings): ImageTaggerProps {
    if (tableName === undefined) return {};
    const attributes = { tableName, ...(tableStream !== undefined && { tableStreamArn: tableStream }) };
    return { table: Table.fromTableAttributes(this, 'ExistingTable', attributes) };
  }

  /** Known by ids alone, so that nothing is looked up where the app is synthesized. */
  private network({ vpc: vpcId, subnets, securityGroups }: Settings): ImageTaggerProps {
    if (vpcId === undefined) return {};
    // Only who asks the VPC for its own subnets needs its zones.
    const vpc = Vpc.fromVpcAttributes(this, 'Vpc', { vpcId, availabilityZones: ['unknown'] });
    const group = (id: string) => SecurityGroup.fromSecurityGroupId(this, id, id);
    return {
      vpc,
      vpcSubnets: { subnets: subnets.map((id) => Subnet.fromSubnetId(this, id, id)) },
      ...(securityGroups.length > 0 && { securityGroups: securityGroups.map(group) }),
    };
  }

  /** The topic that is named, or one for the address alone. */
  private alarmTopic({ alarmTopic, alarmEmail }: Settings): ITopic | undefined {
    if (alarmTopic === undefined && alarmEmail === undefined) return undefined;
    const topic =
      alarmTopic === undefined ? this.ownTopic() : Topic.fromTopicArn(this, 'AlarmTopic', alarmTopic);
    if (alarmEmail !== undefined) topic.addSubscription(new EmailSubscription(alarmEmail));
    return topic;
  }

  /**
   * With a policy of its own a topic no longer has the usual one, which lets CloudWatch in:
   * https://repost.aws/knowledge-center/cloudwatch-receive-sns-for-alarm-trigger
   */
  private ownTopic(): Topic {
    const topic = new Topic(this, 'Alarms', { displayName: 'Cliptag alarms', enforceSSL: true });
    topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'Alarms',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    return topic;
  }

  private eventBus(resultEvents: Settings['resultEvents']): IEventBus | undefined {
    if (resultEvents === false) return undefined;
    return resultEvents === true
      ? EventBus.fromEventBusName(this, 'DefaultEventBus', 'default')
      : EventBus.fromEventBusArn(this, 'EventBus', resultEvents);
  }

  /** What the command line and people ask for. */
  private output(tagger: ImageTagger, { modelDigest, pinnedOn }: TaggingImage): void {
    const { buckets, table, queue, deadLetterQueue, function: tagging, backfill, retag, thumbnails } = tagger;
    const outputs = {
      BucketNames: buckets.map(({ bucketName }) => bucketName).join(','),
      TagTableName: table.tableName,
      UploadQueueUrl: queue.queueUrl,
      DeadLetterQueueUrl: deadLetterQueue.queueUrl,
      FunctionName: tagging.functionName,
      LogGroupName: tagging.logGroup.logGroupName,
      ModelDigest: modelDigest,
      ...(pinnedOn !== undefined && { BaseImagePinnedOn: pinnedOn }),
      BackfillWorkflowArn: backfill.stateMachineArn,
      RetagWorkflowArn: retag.stateMachineArn,
      ...(tagger.api && { ApiUrl: tagger.api.url.url, ApiFunctionName: tagger.api.function.functionName }),
      ...(tagger.forwardedEvents && { ForwardedEventBusArn: tagger.forwardedEvents.eventBusArn }),
      ...(thumbnails && { ThumbnailBucketName: thumbnails.bucket.bucketName }),
      ...(tagger.indexedDimensions !== undefined && {
        VectorIndexDimensions: String(tagger.indexedDimensions),
      }),
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}

/** A value may have an equals sign, too. */
function nameAndValue(tag: string): [string, string] {
  const end = tag.indexOf('=');
  return [tag.slice(0, end), tag.slice(end + 1)];
}

/** The settings that are the construct's props under other names and in other units. */
function optionProps(settings: Settings): ImageTaggerProps {
  const { batchSize, maximumConcurrency, reservedConcurrency, snapStart, tracing, maxReceiveCount } =
    settings;
  const { enableEventBridge, exif, thumbnails, objectTags, objectTagLimit, maximumBytes } = settings;
  const { backfillObjectsPerSecond, backfillQueueDepth, retagConcurrency } = settings;
  const { tableWarmWriteUnits, tableShards } = settings;
  const { api, apiAuth, apiWrites, apiAllowedOrigins, apiReservedConcurrency } = settings;
  return {
    ...{ api, apiAuth, apiWrites, apiAllowedOrigins },
    apiMemory: Size.mebibytes(settings.apiMemoryMegabytes),
    ...(apiReservedConcurrency !== undefined && { apiReservedConcurrency }),
    ...{ batchSize, maximumConcurrency, snapStart, tracing, maxReceiveCount },
    ...{ enableEventBridge, exif, thumbnails, objectTags, objectTagLimit, vectorIndex: settings.vectorIndex },
    ...{ backfillObjectsPerSecond, retagConcurrency },
    ...(backfillQueueDepth !== undefined && { backfillQueueDepth }),
    ...(tableWarmWriteUnits !== undefined && { tableWarmWriteUnits }),
    ...(tableShards !== undefined && { tableShards }),
    ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    ...(maximumBytes !== undefined && { maximumObjectSize: Size.bytes(maximumBytes) }),
    foreignBuckets: settings.foreignBucket,
    prefixes: settings.prefix,
    suffixes: settings.suffix,
    packaging: settings.packaging,
    memory: Size.mebibytes(settings.memoryMegabytes),
    timeout: Duration.seconds(settings.functionTimeoutSeconds),
    temporaryStorage: Size.mebibytes(settings.temporaryStorageMegabytes),
    batchingWindow: Duration.seconds(settings.batchWindowSeconds),
    deletionProtection: settings.tableDeletionProtection,
    canary: settings.canary,
    logRetention: settings.logRetentionDays,
    ...{ logLevel: settings.logLevel, logKeys: settings.logKeys },
  };
}
