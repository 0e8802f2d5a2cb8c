import { describe, expect, it } from 'vitest';
import { failedMessageIds, sqsEvent } from '../../../../functions/local/queue/sqs-event.ts';

const message = (messageId: string) => ({
  messageId,
  receiptHandle: `${messageId}#2`,
  body: '{"Records":[]}',
  sentAtMilliseconds: 1_700_000_000_000,
  receiveCount: 2,
  firstReceivedAtMilliseconds: 1_700_000_000_500,
});
const event = sqsEvent([message('one'), message('two')]);

describe('an SQS event', () => {
  it('holds a record for each message, with the attributes that AWS gives as text', () => {
    expect(event.Records).toHaveLength(2);
    expect(event.Records[0]).toEqual({
      messageId: 'one',
      receiptHandle: 'one#2',
      body: '{"Records":[]}',
      attributes: {
        ApproximateReceiveCount: '2',
        SentTimestamp: '1700000000000',
        SenderId: 'local',
        ApproximateFirstReceiveTimestamp: '1700000000500',
      },
      messageAttributes: {},
      // printf '{"Records":[]}' | md5sum
      md5OfBody: '4166b95044745e0c1033678bdad8d7de',
      eventSource: 'aws:sqs',
      eventSourceARN: 'arn:aws:sqs:us-east-1:000000000000:cliptag',
      awsRegion: 'us-east-1',
    });
  });
});

describe('a batch response', () => {
  it.each([
    ['nothing', undefined],
    ['null', null],
    ['an empty object', {}],
    ['no list', { batchItemFailures: null }],
    ['an empty list', { batchItemFailures: [] }],
  ])('of %s means that all succeeded', (_name, response) => {
    expect(failedMessageIds(response, event)).toEqual(new Set());
  });

  it('names the messages that failed, the same one twice if it likes', () => {
    const batchItemFailures = [{ itemIdentifier: 'two' }, { itemIdentifier: 'two' }];
    expect(failedMessageIds({ batchItemFailures }, event)).toEqual(new Set(['two']));
  });

  it.each([
    ['an empty identifier', { batchItemFailures: [{ itemIdentifier: '' }] }],
    ['no identifier', { batchItemFailures: [{ itemIdentifier: null }] }],
    ['an identifier under another name', { batchItemFailures: [{ messageId: 'one' }] }],
    [
      'an unknown identifier beside a known one',
      { batchItemFailures: [{ itemIdentifier: 'one' }, { itemIdentifier: '3' }] },
    ],
    ['identifiers alone', { batchItemFailures: ['one'] }],
    ['failures in no list', { batchItemFailures: 'one' }],
    ['text', 'done'],
    ['a list', []],
  ])('rejects %s, by which the whole batch has failed', (_name, response) => {
    expect(() => failedMessageIds(response, event)).toThrow(/^Expected .* but received/);
  });
});
