import {
  CancelMessageMoveTaskCommand,
  ChangeMessageVisibilityBatchCommand,
  GetQueueAttributesCommand,
  ListMessageMoveTasksCommand,
  type ListMessageMoveTasksResultEntry,
  type Message,
  ReceiveMessageCommand,
  type SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { type SqsOptions, sqsClient } from './sqs.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html */
const MAXIMUM_MESSAGES = 10;

/** How long a received message is hidden: long enough to give it back, and short if that fails. */
const SAMPLE_VISIBILITY_SECONDS = 20;

/** A message in a dead-letter queue. */
export interface SqsDeadLetter {
  readonly messageId: string;
  readonly body: string;
  /** Approximate, as SQS counts. */
  readonly receiveCount: number;
  /** ISO 8601; undefined where SQS does not say. */
  readonly sentAt: string | undefined;
  /** EventBridge's reason why it could not deliver an event to the queue. */
  readonly deliveryError: string | undefined;
}

/** A move of messages from a dead-letter queue, which SQS carries on by itself. */
export interface MessageMove {
  /** Undefined once the move has ended. */
  readonly handle: string | undefined;
  readonly state: 'RUNNING' | 'COMPLETED' | 'CANCELLING' | 'CANCELLED' | 'FAILED';
  /** Approximate, as is `total`. */
  readonly moved: number;
  readonly total: number | undefined;
  readonly failureReason: string | undefined;
  /** Milliseconds since 1970; no two moves have the same. */
  readonly startedAtMilliseconds: number | undefined;
}

/** A dead-letter queue of SQS, for those who look into it and redrive it. */
export interface SqsDeadLetters {
  /** Up to ten messages, which stay in the queue. Each of them counts one more receive. */
  sample(): Promise<readonly SqsDeadLetter[]>;
  /**
   * Moves all messages to the queue.
   *
   * @param maximumPerSecond @default as many as SQS chooses
   */
  startMove(queueUrl: string, maximumPerSecond?: number): Promise<void>;
  /** The latest move that SQS remembers. */
  latestMove(): Promise<MessageMove | undefined>;
  cancelMove(handle: string): Promise<void>;
  close(): void;
}

/** The dead-letter queue with this URL. Every method throws the SDK's exceptions. */
export function sqsDeadLetters(deadLetterQueueUrl: string, config: SqsOptions = {}): SqsDeadLetters {
  const client = sqsClient(config);
  return {
    sample: () => sample(client, deadLetterQueueUrl),
    startMove: async (queueUrl, maximumPerSecond) => {
      const [SourceArn, DestinationArn] = await Promise.all(
        [deadLetterQueueUrl, queueUrl].map((url) => queueArn(client, url)),
      );
      // The destination is named, since events that EventBridge could not deliver were in no queue before this one.
      const MaxNumberOfMessagesPerSecond = maximumPerSecond;
      const request = { SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond };
      await client.send(new StartMessageMoveTaskCommand(request));
    },
    latestMove: async () => {
      const SourceArn = await queueArn(client, deadLetterQueueUrl);
      const { Results } = await client.send(new ListMessageMoveTasksCommand({ SourceArn, MaxResults: 1 }));
      return Results?.[0] && messageMove(Results[0]);
    },
    cancelMove: async (handle) => {
      await client.send(new CancelMessageMoveTaskCommand({ TaskHandle: handle }));
    },
    close: () => client.destroy(),
  };
}

async function sample(client: SQSClient, QueueUrl: string): Promise<readonly SqsDeadLetter[]> {
  const { Messages = [] } = await client.send(
    new ReceiveMessageCommand({
      QueueUrl,
      MaxNumberOfMessages: MAXIMUM_MESSAGES,
      VisibilityTimeout: SAMPLE_VISIBILITY_SECONDS,
      // With a wait SQS asks all of its servers.
      WaitTimeSeconds: 1,
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
      MessageAttributeNames: ['ERROR_CODE', 'ERROR_MESSAGE'],
    }),
  );
  if (Messages.length > 0) {
    const Entries = Messages.map(({ ReceiptHandle }, i) => ({
      Id: `${i}`,
      ReceiptHandle,
      VisibilityTimeout: 0,
    }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
  return Messages.map(deadLetter);
}

function deadLetter({
  MessageId = '',
  Body = '',
  Attributes,
  MessageAttributes = {},
}: Message): SqsDeadLetter {
  const sentTimestamp = Attributes?.SentTimestamp;
  return {
    messageId: MessageId,
    body: Body,
    receiveCount: Number(Attributes?.ApproximateReceiveCount ?? 0),
    sentAt: sentTimestamp === undefined ? undefined : new Date(Number(sentTimestamp)).toISOString(),
    // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    deliveryError: MessageAttributes.ERROR_MESSAGE?.StringValue ?? MessageAttributes.ERROR_CODE?.StringValue,
  };
}

async function queueArn(client: SQSClient, QueueUrl: string): Promise<string> {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
  );
  if (Attributes?.QueueArn === undefined) throw new Error(`Expected an ARN of ${QueueUrl}`);
  return Attributes.QueueArn;
}

function messageMove(task: ListMessageMoveTasksResultEntry): MessageMove {
  return {
    handle: task.TaskHandle,
    state: (task.Status ?? 'FAILED') as MessageMove['state'],
    moved: task.ApproximateNumberOfMessagesMoved ?? 0,
    total: task.ApproximateNumberOfMessagesToMove,
    failureReason: task.FailureReason,
    startedAtMilliseconds: task.StartedTimestamp,
  };
}
