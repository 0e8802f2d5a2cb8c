import { Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Bucket, IBucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { eventPattern, type UploadFilter } from './upload-filter.ts';

/** The CDK's types keep the class apart from its interface where TypeScript takes optional properties exactly. */
export type AnyBucket = IBucket | Bucket;

export interface BucketEventsProps {
  /** At least one. */
  readonly buckets: readonly AnyBucket[];
  readonly queue: Queue;
  /** Gets the events that EventBridge cannot deliver to the queue. */
  readonly deadLetterQueue: Queue;
  readonly filter: UploadFilter;
  /** Whether the buckets must be made to send their events to EventBridge. */
  readonly enable: boolean;
}

/**
 * Events of buckets that are not the tagger's own, by Amazon EventBridge: any number of them, whoever owns their
 * notifications, and no circle between bucket and queue.
 */
export class BucketEvents extends Construct {
  constructor(scope: Construct, id: string, props: BucketEventsProps) {
    super(scope, id);
    const { buckets, queue, deadLetterQueue, filter } = props;
    if (props.enable) for (const bucket of buckets) bucket.enableEventBridgeNotification();
    const rule = new Rule(this, 'Rule', {
      description: 'Uploads to tag, and removals',
      eventPattern: eventPattern(
        filter,
        buckets.map(({ bucketName }) => bucketName),
      ),
    });
    for (const receiver of [queue, deadLetterQueue]) allowSending(receiver, rule);
    rule.addTarget({
      bind: () => ({
        arn: queue.queueArn,
        targetResource: queue,
        deadLetterConfig: { arn: deadLetterQueue.queueArn },
      }),
    });
  }
}

/** What a target of the CDK's own would allow, without the reading of the queue's attributes. */
function allowSending(queue: Queue, rule: Rule): void {
  queue.addToResourcePolicy(
    new PolicyStatement({
      principals: [new ServicePrincipal('events.amazonaws.com')],
      actions: ['sqs:SendMessage'],
      resources: [queue.queueArn],
      conditions: {
        ArnEquals: { 'aws:SourceArn': rule.ruleArn },
        StringEquals: { 'aws:SourceAccount': Stack.of(rule).account },
      },
    }),
  );
}
