import { Stack } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import { eventPattern, type KeyFilter } from './upload-filter.ts';

export interface BucketEventsProps {
  readonly queue: Queue;
  /** Gets the events that EventBridge cannot deliver to the queue. */
  readonly deadLetterQueue: Queue;
  readonly filter: KeyFilter;
  /** Called once there is a rule, which the first bucket brings. */
  readonly onRule?: (rule: Rule) => void;
}

/**
 * Events of buckets that are not the tagger's own, by Amazon EventBridge: any number of buckets, whose
 * notifications may belong to others, and no circle between bucket and queue.
 */
export class BucketEvents extends Construct {
  private rule: Rule | undefined;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: BucketEventsProps,
  ) {
    super(scope, id);
  }

  /**
   * Sends the events of some more buckets to the queue.
   *
   * @param enable whether the buckets must be made to send their events to EventBridge
   */
  add(buckets: readonly AnyBucket[], enable: boolean): void {
    if (enable) for (const bucket of buckets) bucket.enableEventBridgeNotification();
    const names = buckets.map(({ bucketName }) => bucketName);
    if (this.rule) this.rule.addEventPattern({ detail: { bucket: { name: names } } });
    else {
      this.rule = this.ruleFor(names);
      this.props.onRule?.(this.rule);
    }
  }

  private ruleFor(bucketNames: string[]): Rule {
    const { queue, deadLetterQueue, filter } = this.props;
    const rule = new Rule(this, 'Rule', {
      description: 'Uploads to tag, and removals',
      eventPattern: eventPattern(filter, bucketNames),
    });
    deliver(rule, queue, deadLetterQueue);
    return rule;
  }
}

/** Has a rule's events brought to the queue or, where that fails, to the dead-letter queue. */
export function deliver(rule: Rule, queue: Queue, deadLetterQueue: Queue): void {
  for (const receiver of [queue, deadLetterQueue]) allowSending(receiver, rule);
  rule.addTarget({
    bind: () => ({
      arn: queue.queueArn,
      targetResource: queue,
      deadLetterConfig: { arn: deadLetterQueue.queueArn },
    }),
  });
}

/** Allows what a target of the CDK's own would allow, except reading the queue's attributes. */
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
