import { Duration } from 'aws-cdk-lib';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Queue, QueueEncryption, type QueueProps } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { QUEUE_DEFINITION, visibilityTimeoutSeconds } from '../../functions/core/objects/queue-definition.ts';

export interface UploadQueueProps {
  /** Timeout of the function that the queue feeds, 1 to 900 seconds. */
  readonly functionTimeout: Duration;
  /** How long a batch for that function may fill up, 0 to 300 seconds. */
  readonly batchWindow: Duration;
  /** Receives before a message goes to the dead-letter queue, 1 to 1,000. */
  readonly maxReceiveCount: number;
  /**
   * A KMS key of one's own; its use costs per call.
   * @default SSE-SQS
   */
  readonly dataKey?: IKey | undefined;
}

/** The queue of {@link QUEUE_DEFINITION}, with its dead-letter queue. */
export class UploadQueue extends Construct {
  readonly queue: Queue;
  readonly deadLetterQueue: Queue;
  /** How long a received message stays hidden from other receives. */
  readonly visibilityTimeout: Duration;

  constructor(scope: Construct, id: string, props: UploadQueueProps) {
    super(scope, id);
    // SSE-SQS rather than AWS's managed KMS key, under which S3 may not send to a queue.
    const encryption: QueueProps = props.dataKey
      ? { encryption: QueueEncryption.KMS, encryptionMasterKey: props.dataKey }
      : { encryption: QueueEncryption.SQS_MANAGED };
    const shared: QueueProps = {
      ...encryption,
      enforceSSL: true,
      retentionPeriod: Duration.days(QUEUE_DEFINITION.retentionDays),
    };
    this.deadLetterQueue = new Queue(this, 'DeadLetterQueue', shared);
    this.visibilityTimeout = Duration.seconds(
      visibilityTimeoutSeconds(props.functionTimeout.toSeconds(), props.batchWindow.toSeconds()),
    );
    this.queue = new Queue(this, 'Queue', {
      ...shared,
      visibilityTimeout: this.visibilityTimeout,
      deadLetterQueue: {
        queue: this.deadLetterQueue,
        maxReceiveCount: props.maxReceiveCount,
      },
    });
  }
}
