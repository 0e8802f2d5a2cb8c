import { randomUUID } from 'node:crypto';
import type { StoredMessage } from './store.ts';

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html */
const FORBIDDEN_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A message that the queue does not take, with Amazon SQS's name for the error. */
export class QueueError extends Error {
  override readonly name = 'QueueError';
  readonly code: 'InvalidParameterValue' | 'InvalidMessageContents';
  /** The same body would be refused again. */
  readonly retryable = false;

  constructor(code: QueueError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * A message that is sent for the first time.
 *
 * @throws QueueError for a body that Amazon SQS does not take: empty, too large, or with a character outside XML's.
 */
export function newMessage(body: string, maximumBytes: number): StoredMessage {
  const bytes = Buffer.byteLength(body);
  if (bytes < 1 || bytes > maximumBytes) {
    throw new QueueError(
      'InvalidParameterValue',
      `Expected a message body of 1 to ${maximumBytes} bytes but received ${bytes}`,
    );
  }
  const forbidden = FORBIDDEN_CHARACTER.exec(body);
  if (forbidden !== null) {
    const codePoint = forbidden[0].codePointAt(0)?.toString(16);
    throw new QueueError(
      'InvalidMessageContents',
      `Expected characters that XML allows but received U+${codePoint} at ${forbidden.index}`,
    );
  }
  return { messageId: randomUUID(), body, sentAtMilliseconds: Date.now(), receiveCount: 0 };
}
