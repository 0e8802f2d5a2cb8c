import { describe, expect, it } from 'vitest';
import { queueDepth } from '../../../../functions/adapters/aws/sqs.ts';
import { sqsDeadLetters } from '../../../../functions/adapters/aws/sqs-dead-letters.ts';
import { sqsInbox } from '../../../../functions/adapters/aws/sqs-inbox.ts';
import { type SeenRequest, scriptedServer } from '../../../fixtures/scripted-server.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/uploads';
const DEAD = `${QUEUE}-dead`;
const arnOf = (url: string) => `arn:aws:sqs:us-east-1:123456789012:${url.split('/').at(-1)}`;

/** A server of SQS that knows the ARN of each queue, and answers all else as the test says. */
function sqsThat(answers: Readonly<Record<string, unknown>>) {
  return scriptedServer(({ operation, body }: SeenRequest) =>
    operation in answers
      ? { body: answers[operation] }
      : { body: { Attributes: { QueueArn: arnOf(JSON.parse(body).QueueUrl) } } },
  );
}

const requestsOf = (requests: readonly SeenRequest[], operation: string) =>
  requests.filter((request) => request.operation === operation).map(({ body }) => JSON.parse(body));

describe('the depth of a queue', () => {
  it('is what SQS says of visible messages and of those in flight', async () => {
    const Attributes = {
      ApproximateNumberOfMessages: '12',
      ApproximateNumberOfMessagesNotVisible: '3',
    };
    const { client, requests, bodies } = await sqsThat({ GetQueueAttributes: { Attributes } });
    expect(await queueDepth(QUEUE, client)).toEqual({ visible: 12, inFlight: 3 });
    // At the endpoint of the configuration, whatever host the queue's URL names.
    expect(requests).toHaveLength(1);
    expect(bodies()).toEqual([
      {
        QueueUrl: QUEUE,
        AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
      },
    ]);
  });

  it('is nothing where SQS says nothing', async () => {
    const { client } = await sqsThat({ GetQueueAttributes: {} });
    expect(await queueDepth(QUEUE, client)).toEqual({ visible: 0, inFlight: 0 });
  });
});

describe('a sample of dead letters', () => {
  const message = (changes: object = {}) => ({
    ...{ MessageId: 'm1', Body: 'body', ReceiptHandle: 'r1' },
    Attributes: { ApproximateReceiveCount: '4', SentTimestamp: '1796040000000' },
    MD5OfBody: '841a2d689ad86bd1611447453c22c6fc',
    ...changes,
  });

  it('tells of up to ten messages, and gives each of them back at once', async () => {
    const Messages = [message(), message({ MessageId: 'm2', ReceiptHandle: 'r2', Attributes: undefined })];
    const { client, requests } = await sqsThat({
      ReceiveMessage: { Messages },
      ChangeMessageVisibilityBatch: { Successful: [], Failed: [] },
    });
    const letters = sqsDeadLetters(DEAD, client);
    expect(await letters.sample()).toEqual([
      {
        ...{ messageId: 'm1', body: 'body', receiveCount: 4, deliveryError: undefined },
        sentAt: '2026-11-30T12:00:00.000Z',
      },
      { messageId: 'm2', body: 'body', receiveCount: 0, sentAt: undefined, deliveryError: undefined },
    ]);
    expect(requestsOf(requests, 'ReceiveMessage')).toEqual([
      {
        ...{ QueueUrl: DEAD, MaxNumberOfMessages: 10, VisibilityTimeout: 20, WaitTimeSeconds: 1 },
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp'],
        MessageAttributeNames: ['ERROR_CODE', 'ERROR_MESSAGE'],
      },
    ]);
    expect(requestsOf(requests, 'ChangeMessageVisibilityBatch')).toEqual([
      {
        QueueUrl: DEAD,
        Entries: [
          { Id: '0', ReceiptHandle: 'r1', VisibilityTimeout: 0 },
          { Id: '1', ReceiptHandle: 'r2', VisibilityTimeout: 0 },
        ],
      },
    ]);
    letters.close();
  });

  it.each([
    [{ ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'not allowed' }, 'not allowed'],
    [{ ERROR_CODE: 'NO_PERMISSIONS' }, 'NO_PERMISSIONS'],
  ])('tells why EventBridge could not deliver: %j', async (attributes, deliveryError) => {
    const MessageAttributes = Object.fromEntries(
      Object.entries(attributes).map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]),
    );
    const { client } = await sqsThat({
      ReceiveMessage: { Messages: [message({ MessageAttributes })] },
      ChangeMessageVisibilityBatch: { Successful: [], Failed: [] },
    });
    expect(await sqsDeadLetters(DEAD, client).sample()).toMatchObject([{ deliveryError }]);
  });

  it('of an empty queue is empty, and gives nothing back', async () => {
    const { client, requests } = await sqsThat({ ReceiveMessage: {} });
    expect(await sqsDeadLetters(DEAD, client).sample()).toEqual([]);
    expect(requests.map(({ operation }) => operation)).toEqual(['ReceiveMessage']);
  });
});

describe('a move of dead letters', () => {
  it.each([undefined, 50])('goes to the queue, by ARNs, at most so fast: %j', async (maximum) => {
    const { client, requests } = await sqsThat({ StartMessageMoveTask: { TaskHandle: 'h' } });
    await sqsDeadLetters(DEAD, client).startMove(QUEUE, maximum);
    expect(requestsOf(requests, 'StartMessageMoveTask')).toEqual([
      {
        ...{ SourceArn: arnOf(DEAD), DestinationArn: arnOf(QUEUE) },
        ...(maximum === undefined ? {} : { MaxNumberOfMessagesPerSecond: maximum }),
      },
    ]);
  });

  it('rejects where SQS gives no ARN', async () => {
    const { client } = await sqsThat({ GetQueueAttributes: {} });
    await expect(sqsDeadLetters(DEAD, client).startMove(QUEUE)).rejects.toThrow(`Expected an ARN of ${DEAD}`);
  });

  it('is told as SQS remembers the latest one', async () => {
    const Results = [
      {
        ...{ TaskHandle: 'h', Status: 'RUNNING', ApproximateNumberOfMessagesMoved: 5 },
        ...{ ApproximateNumberOfMessagesToMove: 9, StartedTimestamp: 1796040000000 },
      },
    ];
    const { client, requests } = await sqsThat({ ListMessageMoveTasks: { Results } });
    expect(await sqsDeadLetters(DEAD, client).latestMove()).toEqual({
      ...{ handle: 'h', state: 'RUNNING', moved: 5, total: 9, failureReason: undefined },
      startedAtMilliseconds: 1796040000000,
    });
    expect(requestsOf(requests, 'ListMessageMoveTasks')).toEqual([{ SourceArn: arnOf(DEAD), MaxResults: 1 }]);
  });

  it('is told as failed where SQS says no more', async () => {
    const { client } = await sqsThat({ ListMessageMoveTasks: { Results: [{ FailureReason: 'why' }] } });
    expect(await sqsDeadLetters(DEAD, client).latestMove()).toMatchObject({
      ...{ handle: undefined, state: 'FAILED', moved: 0, total: undefined, failureReason: 'why' },
    });
  });

  it.each([{}, { Results: [] }])('is none where SQS remembers none: %j', async (answer) => {
    const { client } = await sqsThat({ ListMessageMoveTasks: answer });
    expect(await sqsDeadLetters(DEAD, client).latestMove()).toBeUndefined();
  });

  it('is stopped by its handle', async () => {
    const { client, requests } = await sqsThat({ CancelMessageMoveTask: {} });
    await sqsDeadLetters(DEAD, client).cancelMove('h');
    expect(requestsOf(requests, 'CancelMessageMoveTask')).toEqual([{ TaskHandle: 'h' }]);
  });
});

describe('messages that the function holds', () => {
  const held = (count: number) =>
    Array.from({ length: count }, (_, i) => ({
      ...{ messageId: `m${i}`, receiptHandle: `handle ${i}`, body: `body ${i}` },
    }));
  const operations = (requests: readonly SeenRequest[]) => requests.map(({ operation }) => operation);
  const DONE = { Successful: [], Failed: [] };

  it('are deleted by ten, as many as one request takes', async () => {
    const { client, requests } = await sqsThat({ DeleteMessageBatch: DONE });
    await sqsInbox(QUEUE, client).settle(held(21));
    const sent = requestsOf(requests, 'DeleteMessageBatch');
    expect(sent.map(({ QueueUrl, Entries }) => [QueueUrl, Entries.length])).toEqual([
      [QUEUE, 10],
      [QUEUE, 10],
      [QUEUE, 1],
    ]);
    expect(sent[1].Entries[0]).toEqual({ Id: '0', ReceiptHandle: 'handle 10' });
    expect(new Set(sent[0].Entries.map(({ Id }: { Id: string }) => Id)).size).toBe(10);
  });

  it('are sent anew with their bodies, each before its old one is deleted', async () => {
    const { client, requests } = await sqsThat({ SendMessageBatch: DONE, DeleteMessageBatch: DONE });
    await sqsInbox(QUEUE, client).sendAnew(held(2));
    expect(operations(requests)).toEqual([
      ...['SendMessageBatch', 'DeleteMessageBatch'],
      ...['SendMessageBatch', 'DeleteMessageBatch'],
    ]);
    expect(requestsOf(requests, 'SendMessageBatch').map(({ Entries }) => Entries)).toEqual([
      [{ Id: '0', MessageBody: 'body 0' }],
      [{ Id: '0', MessageBody: 'body 1' }],
    ]);
    expect(requestsOf(requests, 'DeleteMessageBatch').map(({ Entries }) => Entries)).toEqual([
      [{ Id: '0', ReceiptHandle: 'handle 0' }],
      [{ Id: '0', ReceiptHandle: 'handle 1' }],
    ]);
  });

  it('rejects when SQS refuses a body, and deletes nothing then', async () => {
    const Failed = [{ Id: '0', SenderFault: true, Code: 'InvalidMessageContents' }];
    const { client, requests } = await sqsThat({ SendMessageBatch: { Successful: [], Failed } });
    const sending = sqsInbox(QUEUE, client).sendAnew(held(1));
    await expect(sending).rejects.toMatchObject({ code: 'not-sent' });
    expect(operations(requests)).toEqual(['SendMessageBatch']);
  });

  it('rejects a copy that SQS has taken in other words, and deletes nothing then', async () => {
    // The SDK compares the digest of what SQS took with that of what it sent.
    const Successful = [{ Id: '0', MessageId: 'm', MD5OfMessageBody: 'f'.repeat(32) }];
    const { client, requests } = await sqsThat({ SendMessageBatch: { Successful, Failed: [] } });
    await expect(sqsInbox(QUEUE, client).sendAnew(held(1))).rejects.toThrow(/MD5/);
    expect(operations(requests)).toEqual(['SendMessageBatch']);
  });

  it('are sent anew so that they can be received after a delay', async () => {
    const { client, requests } = await sqsThat({ SendMessageBatch: DONE, DeleteMessageBatch: DONE });
    await sqsInbox(QUEUE, client).sendAnew(held(1), 90);
    expect(requestsOf(requests, 'SendMessageBatch').map(({ Entries }) => Entries)).toEqual([
      [{ Id: '0', MessageBody: 'body 0', DelaySeconds: 90 }],
    ]);
  });

  it('are postponed by ten, each by its own time', async () => {
    const { client, requests } = await sqsThat({ ChangeMessageVisibilityBatch: DONE });
    await sqsInbox(QUEUE, client).postpone(held(12).map((message, i) => ({ ...message, delaySeconds: i })));
    const sent = requestsOf(requests, 'ChangeMessageVisibilityBatch');
    expect(sent.map(({ QueueUrl, Entries }) => [QueueUrl, Entries.length])).toEqual([
      [QUEUE, 10],
      [QUEUE, 2],
    ]);
    expect(sent[1].Entries[1]).toEqual({ Id: '1', ReceiptHandle: 'handle 11', VisibilityTimeout: 11 });
  });

  it('ask nothing of SQS when there are none', async () => {
    const { client, requests } = await sqsThat({});
    await sqsInbox(QUEUE, client).settle([]);
    await sqsInbox(QUEUE, client).postpone([]);
    await sqsInbox(QUEUE, client).sendAnew([]);
    expect(requests).toEqual([]);
  });
});
