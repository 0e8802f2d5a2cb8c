import { GetQueueAttributesCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** Where SQS is and who asks. @default the SDK's own chain */
export type SqsOptions = Pick<SQSClientConfig, 'endpoint' | 'region' | 'credentials'>;

/**
 * Asks where it is told to, as every other client does; by default the SDK would ask the host in a queue's URL and say so on
 * standard error.
 */
export function sqsClient(config: SqsOptions): SQSClient {
  const defaults = awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS);
  return new SQSClient({ ...defaults, useQueueUrlAsEndpoint: false, ...config });
}

export interface QueueDepth {
  readonly visible: number;
  /** Received and neither deleted nor visible again. */
  readonly inFlight: number;
}

/** How many messages a queue holds, approximately, as SQS itself says. */
export async function queueDepth(queueUrl: string, config: SqsOptions = {}): Promise<QueueDepth> {
  const client = sqsClient(config);
  try {
    const { Attributes = {} } = await client.send(
      new GetQueueAttributesCommand({
        QueueUrl: queueUrl,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      }),
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
    };
  } finally {
    client.destroy();
  }
}
