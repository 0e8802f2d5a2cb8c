import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { HeldMessage, MessageInbox } from '../../core/tagging/message-inbox.ts';
import { type SqsOptions, sqsClient } from './sqs.ts';
import { sendAll } from './sqs-sender.ts';

/**
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html
 */
const MAXIMUM_BATCH = 10;

/** A queue of SQS, for the function that it feeds. */
export function sqsInbox(queueUrl: string, config: SqsOptions = {}): MessageInbox {
  // Most functions never need it.
  let client: SQSClient | undefined;
  const connected = () => {
    client ??= sqsClient(config);
    return client;
  };
  const settle = async (messages: readonly HeldMessage[]) => {
    for (const some of batchesOf(messages)) {
      const Entries = some.map(({ receiptHandle }, i) => ({ Id: String(i), ReceiptHandle: receiptHandle }));
      await connected().send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  };
  return {
    settle,
    sendAnew: async (messages, delaySeconds) => {
      // One by one, since ten bodies may be more than one request takes.
      for (const message of messages) {
        await sendAll(connected(), queueUrl, [message.body], delaySeconds);
        await settle([message]);
      }
    },
    // One that SQS refuses comes again after its visibility timeout.
    postpone: async (messages) => {
      for (const some of batchesOf(messages)) {
        const Entries = some.map(({ receiptHandle, delaySeconds }, i) => ({
          ...{ Id: String(i), ReceiptHandle: receiptHandle, VisibilityTimeout: delaySeconds },
        }));
        await connected().send(new ChangeMessageVisibilityBatchCommand({ QueueUrl: queueUrl, Entries }));
      }
    },
  };
}

function batchesOf<Message>(messages: readonly Message[]): ReadonlyArray<readonly Message[]> {
  const count = Math.ceil(messages.length / MAXIMUM_BATCH);
  return Array.from({ length: count }, (_, i) => messages.slice(i * MAXIMUM_BATCH, (i + 1) * MAXIMUM_BATCH));
}
