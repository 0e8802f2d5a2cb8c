import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { ImageTagger } from './constructs/image-tagger.ts';
import { existingBuckets } from './constructs/intake/existing-buckets.ts';
import type { TaggingImage } from './packaging/tagging-image.ts';
import type { Settings } from './settings.ts';
import { TAGGER_ID } from './stateful-parts.ts';

export interface ImageTaggingStackProps extends StackProps {
  readonly settings: Settings;
  readonly image: TaggingImage;
}

/** Everything that tags the images of one account and region. */
export class ImageTaggingStack extends Stack {
  constructor(scope: Construct, id: string, props: ImageTaggingStackProps) {
    super(scope, id, props);
    const { image, settings } = props;
    const { bucket: bucketNames, bucketKey, tableKey, alarmTopic, resultEvents, ...options } = settings;
    const tagger = new ImageTagger(this, TAGGER_ID, {
      ...options,
      image,
      ...(bucketNames.length > 0 && { bucket: existingBuckets(this, bucketNames) }),
      bucketKey: bucketKey.map((arn, index) => Key.fromKeyArn(this, `BucketKey${index}`, arn)),
      tableKey: tableKey === undefined ? undefined : Key.fromKeyArn(this, 'TableKey', tableKey),
      alarmTopic: alarmTopic === undefined ? undefined : Topic.fromTopicArn(this, 'AlarmTopic', alarmTopic),
      resultEventBus: this.eventBus(resultEvents),
    });
    this.output(tagger, image, settings);
  }

  private eventBus(resultEvents: Settings['resultEvents']): IEventBus | undefined {
    if (resultEvents === false) return undefined;
    return resultEvents === true
      ? EventBus.fromEventBusName(this, 'DefaultEventBus', 'default')
      : EventBus.fromEventBusArn(this, 'EventBus', resultEvents);
  }

  /** What the command line and people ask for. */
  private output(
    tagger: ImageTagger,
    { modelDigest, architecture }: TaggingImage,
    { memoryMegabytes }: Settings,
  ): void {
    const { buckets, table, queue, deadLetterQueue, function: tagging, backfill, retag } = tagger;
    const outputs = {
      BucketNames: buckets.map(({ bucketName }) => bucketName).join(','),
      TagTableName: table.tableName,
      UploadQueueUrl: queue.queueUrl,
      DeadLetterQueueUrl: deadLetterQueue.queueUrl,
      FunctionName: tagging.functionName,
      LogGroupName: tagging.logGroup.logGroupName,
      FunctionMemoryMegabytes: String(memoryMegabytes),
      FunctionArchitecture: architecture,
      ModelDigest: modelDigest,
      BackfillWorkflowArn: backfill.stateMachineArn,
      RetagWorkflowArn: retag.stateMachineArn,
    };
    for (const [name, value] of Object.entries(outputs)) new CfnOutput(this, name, { value });
  }
}
