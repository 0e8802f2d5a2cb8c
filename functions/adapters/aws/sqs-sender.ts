import { setTimeout as sleep } from 'node:timers/promises';
import { GetQueueAttributesCommand, SendMessageBatchCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { MessageQueue } from '../../core/backfill/message-queue.ts';
import { CliptagError } from '../../core/errors.ts';
import { type SqsOptions, sqsClient } from './sqs.ts';

/** Rounds after which messages of a batch that SQS keeps refusing are given up; the SDK does not retry them. */
const MAXIMUM_ROUNDS = 6;
const FIRST_PAUSE_MILLISECONDS = 50;

export interface SqsSenderOptions {
  readonly queueUrl: string;
  readonly deadLetterQueueUrl: string;
  readonly client?: SqsOptions;
}

/**
 * A queue of SQS, for those who fill it.
 *
 * @throws {CliptagError} `not-sent` when SQS keeps refusing a message; else the SDK's exceptions
 */
export function sqsSender({
  queueUrl,
  deadLetterQueueUrl,
  client: config = {},
}: SqsSenderOptions): MessageQueue {
  const client = sqsClient(config);
  return {
    async state() {
      const [messages, deadLetters] = await Promise.all([
        numberOfMessages(client, queueUrl),
        numberOfMessages(client, deadLetterQueueUrl),
      ]);
      return { messages, deadLetters };
    },
    send: (bodies) => sendAll(client, queueUrl, bodies),
  };
}

/** Those that have failed and are hidden until they come again are not among the first: in an outage all are. */
const COUNTED = [
  'ApproximateNumberOfMessages',
  'ApproximateNumberOfMessagesNotVisible',
  'ApproximateNumberOfMessagesDelayed',
] as const;

async function numberOfMessages(client: SQSClient, QueueUrl: string): Promise<number> {
  const request = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...COUNTED] });
  const { Attributes = {} } = await client.send(request);
  return COUNTED.reduce((sum, name) => sum + Number(Attributes[name] ?? 0), 0);
}

/**
 * Sends a batch. SQS may take some of its messages and refuse others, which are sent again.
 *
 * @param DelaySeconds until they can be received. @default the queue's own delay
 */
export async function sendAll(
  client: SQSClient,
  QueueUrl: string,
  bodies: readonly string[],
  DelaySeconds?: number,
): Promise<void> {
  let pending = bodies.map((MessageBody, i) => ({
    ...{ Id: String(i), MessageBody },
    ...(DelaySeconds !== undefined && { DelaySeconds }),
  }));
  for (let round = 0; pending.length > 0; round++) {
    if (round > 0) await sleep(2 ** round * FIRST_PAUSE_MILLISECONDS);
    const { Failed = [] } = await client.send(new SendMessageBatchCommand({ QueueUrl, Entries: pending }));
    const [senderFault] = Failed.filter(({ SenderFault }) => SenderFault);
    if (senderFault || (Failed.length > 0 && round + 1 === MAXIMUM_ROUNDS)) {
      const { Code, Message = '' } = senderFault ?? Failed[0] ?? {};
      const text = `SQS refused ${Failed.length} of ${bodies.length} messages: ${Code} ${Message}`.trim();
      throw new CliptagError('not-sent', text, { retryable: !senderFault });
    }
    const refused = new Set(Failed.map(({ Id }) => Id));
    pending = pending.filter(({ Id }) => refused.has(Id));
  }
}
