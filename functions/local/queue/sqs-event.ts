import { createHash } from 'node:crypto';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { ReceivedMessage } from './contract.ts';

const REGION = 'us-east-1';
/** The account of twelve zeros does not exist; AWS's documentation uses it in examples. */
const QUEUE_ARN = `arn:aws:sqs:${REGION}:000000000000:cliptag`;

/** The event that AWS Lambda gives a function for a batch of messages. */
export function sqsEvent(messages: readonly ReceivedMessage[]): SQSEvent {
  return { Records: messages.map(sqsRecord) };
}

function sqsRecord(message: ReceivedMessage): SQSRecord {
  return {
    messageId: message.messageId,
    receiptHandle: message.receiptHandle,
    body: message.body,
    attributes: {
      ApproximateReceiveCount: String(message.receiveCount),
      SentTimestamp: String(message.sentAtMilliseconds),
      SenderId: 'local',
      ApproximateFirstReceiveTimestamp: String(message.firstReceivedAtMilliseconds),
    },
    messageAttributes: {},
    md5OfBody: createHash('md5').update(message.body).digest('hex'),
    eventSource: 'aws:sqs',
    eventSourceARN: QUEUE_ARN,
    awsRegion: REGION,
  };
}

/** A response that fails the whole batch. */
export class InvalidBatchResponseError extends Error {
  override readonly name = 'InvalidBatchResponseError';
}

/**
 * The messages that a function's partial batch response reports as failed.
 *
 * No response, `null`, `{}` and a list that is missing, `null` or empty all mean success of the whole batch. Source:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
 *
 * @throws InvalidBatchResponseError for an identifier that is missing, empty or of no message of the batch, for which
 * AWS fails the whole batch. A response of another kind (text, a list) fails it here too: AWS does not say what it
 * does then, and trying a batch again is safer than losing it.
 */
export function failedMessageIds(response: unknown, event: SQSEvent): ReadonlySet<string> {
  if (response === undefined || response === null) return new Set();
  if (typeof response !== 'object' || Array.isArray(response))
    throw invalid('an object as batch response', response);
  const failures = 'batchItemFailures' in response ? (response.batchItemFailures ?? []) : [];
  if (!Array.isArray(failures)) throw invalid('a list of batchItemFailures', failures);
  const known = new Set(event.Records.map(({ messageId }) => messageId));
  return new Set(failures.map((failure: unknown) => identifierOf(failure, known)));
}

function identifierOf(failure: unknown, known: ReadonlySet<string>): string {
  const isObject = typeof failure === 'object' && failure !== null;
  const identifier: unknown = isObject && 'itemIdentifier' in failure ? failure.itemIdentifier : undefined;
  if (typeof identifier !== 'string' || !known.has(identifier)) {
    throw invalid('the id of a message of the batch as itemIdentifier', identifier);
  }
  return identifier;
}

function invalid(expected: string, received: unknown): InvalidBatchResponseError {
  return new InvalidBatchResponseError(`Expected ${expected} but received ${JSON.stringify(received)}`);
}
