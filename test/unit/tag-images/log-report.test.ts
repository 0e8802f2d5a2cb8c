import { Logger } from '@aws-lambda-powertools/logger';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { LOG_LINE_BYTES } from '../../../functions/core/cost/measured-usage.ts';
import { CliptagError } from '../../../functions/core/errors.ts';
import { nextImageRecord } from '../../../functions/core/records/image-record.ts';
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
const report = () => logReport(new Logger({ serviceName: 'cliptag' }));

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
