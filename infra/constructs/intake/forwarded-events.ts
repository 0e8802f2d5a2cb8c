import { Names } from 'aws-cdk-lib';
import { CfnEventBusPolicy, EventBus, Rule } from 'aws-cdk-lib/aws-events';
import { AccountPrincipal, PolicyDocument, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import type { Queue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { ForeignBucket } from '../../options/foreign-bucket.ts';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import { deliver } from './bucket-events.ts';
import { foreignPattern, type KeyFilter } from './upload-filter.ts';

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html */
const MAXIMUM_BUS_NAME = 256;

export interface ForwardedEventsProps {
  readonly foreignBuckets: readonly ForeignBucket[];
  readonly queue: Queue;
  /** Gets the events that EventBridge cannot deliver to the queue. */
  readonly deadLetterQueue: Queue;
  readonly filter: KeyFilter;
}

/**
 * Events of buckets of other accounts, whose own rules send them to an event bus here:
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-cross-account.html
 *
 * A bus of its own, since whoever may put events on the account's own bus reaches all rules there.
 */
export class ForwardedEvents extends Construct {
  readonly eventBus: EventBus;
  /** Brings the events of that bus to the queue. */
  readonly rule: Rule;
  readonly buckets: readonly AnyBucket[];
  readonly foreignBuckets: readonly ForeignBucket[];

  constructor(scope: Construct, id: string, props: ForwardedEventsProps) {
    super(scope, id);
    const { foreignBuckets, queue, deadLetterQueue, filter } = props;
    this.foreignBuckets = foreignBuckets;
    this.buckets = foreignBuckets.map(({ bucketName, account }) =>
      Bucket.fromBucketAttributes(this, `Bucket-${bucketName}`, { bucketName, account }),
    );
    const accounts = [...new Set(foreignBuckets.map(({ account }) => account))];
    this.eventBus = new EventBus(this, 'Bus', {
      description: 'Uploads to buckets of other accounts',
      // CloudFormation names no bus by itself, and the CDK's own name is the same for two stacks of one app's construct.
      eventBusName: Names.uniqueResourceName(this, { maxLength: MAXIMUM_BUS_NAME, separator: '-' }),
    });
    for (const account of accounts) this.allow(account);
    this.rule = new Rule(this, 'Rule', {
      description: 'Uploads to tag, and removals, in buckets of other accounts',
      eventBus: this.eventBus,
      eventPattern: foreignPattern(filter, foreignBuckets),
    });
    deliver(this.rule, queue, deadLetterQueue);
  }

  private allow(account: string): void {
    const statement = new PolicyStatement({
      sid: `EventsOf${account}`,
      principals: [new AccountPrincipal(account)],
      actions: ['events:PutEvents'],
      resources: [this.eventBus.eventBusArn],
    });
    new CfnEventBusPolicy(this, `Policy${account}`, {
      eventBusName: this.eventBus.eventBusName,
      statementId: `EventsOf${account}`,
      statement: new PolicyDocument({ statements: [statement] }).toJSON().Statement[0],
    });
  }
}
