import { Duration } from 'aws-cdk-lib';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/**
 * AWS advises a visibility timeout of six function timeouts, which leaves room for retries while the function is
 * throttled: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
 */
const FUNCTION_TIMEOUTS_PER_VISIBILITY_TIMEOUT = 6;

/** Amazon SQS's maximum. A dead letter keeps its first enqueue time, so this must outlast the queue's own 4 days. */
const DEAD_LETTER_RETENTION = Duration.days(14);

export interface UploadQueueProps {
  /** Timeout of the function that the queue feeds, 1 to 900 seconds. */
  readonly functionTimeout: Duration;
  /** Receives before a message goes to the dead-letter queue, 1 to 1,000. */
  readonly maxReceiveCount: number;
}

/** The queue between the bucket's events and the tagging function, with its dead-letter queue. */
export class UploadQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  /** How long a received message stays hidden from other receives. */
  readonly visibilityTimeout: Duration;

  constructor(scope: Construct, id: string, props: UploadQueueProps) {
    super(scope, id);
    // SSE-SQS rather than a KMS key: S3 may not send to a queue under AWS's managed key, and one's own costs per call.
    const secured: QueueProps = { encryption: QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', {
      ...secured,
      retentionPeriod: DEAD_LETTER_RETENTION,
    });
    this.visibilityTimeout = Duration.seconds(
      props.functionTimeout.toSeconds() * FUNCTION_TIMEOUTS_PER_VISIBILITY_TIMEOUT,
    );
    this.queue = new Queue(this, 'Queue', {
      ...secured,
      visibilityTimeout: this.visibilityTimeout,
      deadLetterQueue: {
        queue: this.deadLetterQueue,
        maxReceiveCount: props.maxReceiveCount,
      },
    });
  }
}
