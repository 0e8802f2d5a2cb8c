import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
  type SQSClientConfig,
} from '@aws-sdk/client-sqs';
import type { LocalQueue, ReceivedMessage } from '../../../functions/local/queue/contract.ts';

const POLL_MILLISECONDS = 100;
/** What is worked on stays hidden on a busy machine, too: whoever gives up gives it back. */
const VISIBILITY_TIMEOUT_SECONDS = 900;

/** A queue of Amazon SQS's protocol as the poller takes one; dead letters are a queue of their own there. */
export async function openSqsQueue(
  name: string,
  config: SQSClientConfig,
): Promise<{ queue: LocalQueue; queueArn: string; queueUrl: string }> {
  const client = new SQSClient(config);
  const Attributes = { VisibilityTimeout: String(VISIBILITY_TIMEOUT_SECONDS) };
  const { QueueUrl = '' } = await client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const attributes = async () =>
    (await client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }))).Attributes ??
    {};
  const { QueueArn: queueArn = '' } = await attributes();
  let counts = { visible: 0, inFlight: 0, deadLetters: 0 };
  const count = async () => {
    const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = await attributes();
    counts = {
      ...counts,
      visible: Number(ApproximateNumberOfMessages),
      inFlight: Number(ApproximateNumberOfMessagesNotVisible),
    };
    return counts;
  };
  const queue: LocalQueue = {
    visibilityTimeoutSeconds: VISIBILITY_TIMEOUT_SECONDS,
    async send(MessageBody) {
      return (await client.send(new SendMessageCommand({ QueueUrl, MessageBody }))).MessageId ?? '';
    },
    async receive({ maximumMessages }) {
      const MaxNumberOfMessages = Math.min(maximumMessages, 10);
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages, MessageSystemAttributeNames: ['All'] }),
      );
      return Messages.map(received);
    },
    async delete(receiptHandles) {
      for (const ReceiptHandle of receiptHandles) {
        await client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle })).catch(unlessGone);
      }
    },
    async release(receiptHandles) {
      for (const ReceiptHandle of receiptHandles) {
        const visible = { QueueUrl, ReceiptHandle, VisibilityTimeout: 0 };
        await client.send(new ChangeMessageVisibilityCommand(visible)).catch(unlessGone);
      }
    },
    async waitForMessage({ signal, timeoutMilliseconds = Number.POSITIVE_INFINITY }) {
      const end = Date.now() + timeoutMilliseconds;
      while (!signal.aborted && Date.now() < end && (await count()).visible === 0) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
      }
    },
    counts: () => counts,
    deadLetters: () => [],
    redrive: async () => 0,
    close: async () => client.destroy(),
  };
  return { queue, queueArn, queueUrl: QueueUrl };
}

/** The function deletes some messages itself: that they are gone is no fault. */
function unlessGone(error: unknown): void {
  if (!(error instanceof Error && error.name === 'ReceiptHandleIsInvalid')) throw error;
}

function received({
  MessageId = '',
  ReceiptHandle = '',
  Body = '',
  Attributes = {},
}: Message): ReceivedMessage {
  return {
    messageId: MessageId,
    body: Body,
    receiptHandle: ReceiptHandle,
    receiveCount: Number(Attributes.ApproximateReceiveCount),
    sentAtMilliseconds: Number(Attributes.SentTimestamp),
    firstReceivedAtMilliseconds: Number(Attributes.ApproximateFirstReceiveTimestamp),
  };
}
