import { GetQueueAttributesCommand, SQSClient, type SQSClientConfig } from '@aws-sdk/client-sqs';
import { awsClientDefaults } from './aws-client-defaults.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

export interface QueueDepth {
  readonly visible: number;
  /** Received and neither deleted nor visible again. */
  readonly inFlight: number;
}

/** How many messages a queue holds, approximately, as SQS itself says. */
export async function queueDepth(
  queueUrl: string,
  config: Pick<SQSClientConfig, 'endpoint' | 'region' | 'credentials'> = {},
): Promise<QueueDepth> {
  const client = new SQSClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
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
