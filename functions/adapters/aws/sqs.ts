import { GetQueueAttributesCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** Where SQS is and who asks. @default the SDK's own chain */
export type SqsOptions = Pick<SQSClientConfig, 'endpoint' | 'region' | 'credentials'>;

/**
 * A client that sends requests to the endpoint of its configuration, as all other clients do. By default the SDK would
 * use the host in a queue's URL and warn of that on standard error.
 */
export function sqsClient(config: SqsOptions): SQSClient {
  const defaults = awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS);
  return new SQSClient({ ...defaults, useQueueUrlAsEndpoint: false, ...config });
}

/** Approximate numbers of messages. */
export interface QueueDepth {
  readonly visible: number;
  /** Messages that have been received and are neither deleted nor visible again. */
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
