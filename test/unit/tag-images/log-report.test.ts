import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LOG_LINE_BYTES } from '../../../functions/core/cost/measured-usage.ts';
import { errorWithoutText } from '../../../functions/core/error-without-text.ts';
import { CliptagError, MessageFault } from '../../../functions/core/errors.ts';
import { keyDigest } from '../../../functions/core/objects/key-digest.ts';
import { nextImageRecord } from '../../../functions/core/records/next-record.ts';
import { functionLog } from '../../../functions/function-log/function-log.ts';
import { logReport } from '../../../functions/tag-images/log-report.ts';
import { sqsEvent } from '../../fixtures/sqs-event.ts';

const lines: string[] = [];
beforeEach(() => {
  // To the console, and over several lines; in the cloud each report is one line.
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  for (const level of ['info', 'error'] as const) {
    vi.spyOn(console, level).mockImplementation((line: string) => void lines.push(line));
  }
});
afterEach(() => {
  lines.length = 0;
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const object = {
  bucket: 'amzn-s3-demo-bucket-of-a-family',
  key: 'albums/2026/summer holidays/DSC_20260714_183542.jpg',
  eTag: '0123456789abcdef0123456789abcdef',
  sizeBytes: 4_123_456,
  sequencer: '0055AED6DCD90281E5'.padEnd(32, '0'),
};
const [message] = sqsEvent(['{}']).Records;
const milliseconds = { fetch: 20.6, decode: 24.2, encode: 30, read: 5.4, write: 0 };
const report = (keys = true) => logReport(functionLog({ LOG_LEVEL: 'INFO', LOG_KEYS: keys }));

it('an image is one line that says what became of it, why, and how long each stage took', () => {
  const tags = [{ set: 'general', label: 'dog', score: 0.91 }];
  const time = { eventTime: '2026-11-24T08:00:00.000Z', now: new Date() };
  const taken = {
    takenAt: '2024-06-01T18:20:05',
    camera: 'Canon EOS R5',
    latitude: 48.85822,
    longitude: 2.2945,
  };
  const record = nextImageRecord(undefined, object, { status: 'tagged', tags, ...taken }, time);
  report().outcome({ object, result: 'tagged', record }, message!, milliseconds);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    ...object,
    level: 'INFO',
    message: 'image',
    messageId: 'message-0',
    result: 'tagged',
    tags: ['general:dog:0.91'],
    milliseconds: { fetch: 21, decode: 24, encode: 30, read: 5 },
  });
  expect(lines[0]).not.toMatch(/takenAt|Canon|48\.8|2\.29/);
  // `cliptag cost` calculates with five tags and longer names.
  expect(JSON.stringify(JSON.parse(lines[0]!)).length).toBeLessThan(LOG_LINE_BYTES);
  const failed = { status: 'failed', reason: 'Expected an image', reasonCode: 'corrupt', tags: [] } as const;
  report().outcome(
    { object, result: 'failed', record: nextImageRecord(record, object, failed, time) },
    message!,
    milliseconds,
  );
  expect(JSON.parse(lines[1]!)).toMatchObject({
    result: 'failed',
    reason: 'Expected an image',
    reasonCode: 'corrupt',
  });
});

it('a message that failed is one line that names the object, the receive and the code', () => {
  const fault = new CliptagError('result-not-told', 'the bus was away', { cause: new Error('x') });
  report().fault(fault, message!, object);
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'ERROR',
    message: 'message failed',
    messageId: 'message-0',
    bucket: object.bucket,
    key: object.key,
    receiveCount: '1',
    code: 'result-not-told',
    error: { message: 'the bus was away' },
  });
});

describe('where keys are not to be logged', () => {
  const short = { ...object, key: 'e', versionId: undefined };
  const time = { eventTime: '2026-11-24T08:00:00.000Z', now: new Date() };
  const failed = (reason: string) =>
    nextImageRecord(
      undefined,
      object,
      { status: 'failed', reason, reasonCode: 'not-readable', tags: [] },
      time,
    );

  it('a digest stands for the key of an image, also in the reason', () => {
    const name = `s3://${object.bucket}/${object.key}`;
    const record = failed(`Expected a readable object but ${name} is archived`);
    const thumbnailFault = `${object.bucket}/${object.key} could not be written`;
    report(false).outcome({ object, result: 'failed', record, thumbnailFault }, message!, milliseconds);
    expect(lines[0]).not.toContain('summer');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      bucket: object.bucket,
      key: keyDigest(object.key),
      reason: `Expected a readable object but s3://${object.bucket}/${keyDigest(object.key)} is archived`,
    });
    report(true).outcome({ object, result: 'failed', record }, message!, milliseconds);
    expect(JSON.parse(lines[1]!)).toMatchObject({ key: object.key, reason: record.reason });
  });

  it('a short key takes no letters out of words', () => {
    report(false).outcome(
      { object: short, result: 'failed', record: failed('The text') },
      message!,
      milliseconds,
    );
    expect(JSON.parse(lines[0]!)).toMatchObject({ key: keyDigest('e'), reason: 'The text' });
  });

  it('an object that the filter leaves out is named by its digest', () => {
    report(false).ignored('the upload filter leaves the object out', message!, object);
    expect(lines[0]).not.toContain('summer');
    expect(JSON.parse(lines[0]!)).toMatchObject({ message: 'ignored', key: keyDigest(object.key) });
  });

  it.each([
    ['Cliptag', new CliptagError('contended', `Lost 5 writes of ${object.bucket}/${object.key} in a row`)],
    [
      'AWS',
      Object.assign(new Error(object.key), {
        name: 'NoSuchKey',
        Key: object.key,
        $metadata: { httpStatusCode: 404 },
      }),
    ],
    ['a message', new MessageFault(`Expected a key but received ${JSON.stringify(object.key)}`)],
    [
      'its cause',
      new CliptagError('result-not-told', 'away', { cause: new Error(encodeURIComponent(object.key)) }),
    ],
    ['places in its text', new Error(`${object.key}\n    at summer (file:1:1)`)],
    ['a text', `${object.key} failed`],
  ])('an error of %s is written without its text', (_name, error) => {
    report(false).fault(error, message!, object);
    expect(lines[0]).not.toContain('summer');
    const { key, error: told } = JSON.parse(lines[0]!);
    expect(key).toBe(keyDigest(object.key));
    expect(told.message).toMatch(/left out|contended: |message-not-understood: |result-not-told: /);
    expect(told.stack).not.toContain('summer');
    if (error instanceof Error) expect(String(told.stack)).toContain('log-report.test.ts');
    report(true).fault(error, message!, object);
    expect(lines[1]).toContain('summer');
  });

  it('an error of AWS keeps its name and status, and one about no image its text', () => {
    const denied = Object.assign(new Error('x'), {
      name: 'AccessDenied',
      $metadata: { httpStatusCode: 403 },
    });
    expect(errorWithoutText(denied)).toMatchObject({
      name: 'AccessDenied',
      message: expect.stringContaining('403'),
    });
    const full = new CliptagError('queue-full', 'Expected 10 but it has 12');
    expect(errorWithoutText(full)).toMatchObject({ message: full.message });
    const circle = new Error('one');
    circle.cause = circle;
    expect(errorWithoutText(circle)).toBeInstanceOf(Error);
  });
});
