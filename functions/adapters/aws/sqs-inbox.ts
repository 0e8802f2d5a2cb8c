import { DeleteMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { HeldMessage, MessageInbox } from '../../core/tagging/message-inbox.ts';
import { type SqsOptions, sqsClient } from './sqs.ts';
import { sendAll } from './sqs-sender.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessageBatch.html */
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
    for (let from = 0; from < messages.length; from += MAXIMUM_BATCH) {
      const Entries = messages
        .slice(from, from + MAXIMUM_BATCH)
        .map(({ receiptHandle }, i) => ({ Id: String(i), ReceiptHandle: receiptHandle }));
      await connected().send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    }
  };
  return {
    settle,
    sendAnew: async (messages) => {
      // One by one, since ten bodies may be more than one request takes.
      for (const message of messages) {
        await sendAll(connected(), queueUrl, [message.body]);
        await settle([message]);
      }
    },
  };
}
