import { Template } from 'aws-cdk-lib/assertions';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import { settingsAndFaults } from '../../infra/read-settings.ts';
import { newApp, stackWith, stackWithImage } from './tagger-template.ts';
import { sizeFaults } from './template-limits.ts';

/** Each synthesis takes some 50 ms. */
const RUNS = 60;

const ARN = (service: string, name: string) => `arn:aws:${service}:us-east-1:123456789012:${name}`;
const STREAM = ARN('dynamodb', 'table/tags/stream/2026-11-30T17:33:16.123');
const long = (length: number, letter = 'x') => letter.repeat(length);

/** Values that a setting takes, at its edges, and some that it should not. */
const VALUES: Readonly<Record<string, readonly unknown[]>> = {
  stackName: ['A', long(128), 'Photos-2', long(129), '', '-a', 'a_b'],
  bucket: [
    Array.from({ length: 60 }, (_, i) => `photos-of-${i}`),
    Array.from({ length: 20 }, (_, i) => `my-great-photos-of-${i}`),
    'photos',
    'a.b-c,d',
    long(63),
    `${long(60)},${long(61)},photos`,
    'a..b',
    '192.168.0.1',
    'A',
    '',
    ['photos', 'photos'],
    [7],
    'xn--a',
    'a-s3alias',
    'a.-b',
  ],
  foreignBucket: [
    Array.from({ length: 60 }, (_, i) => `111122223333/theirs-${i}`),
    Array.from({ length: 25 }, (_, i) => `111122223333/theirs-${i}-${'x'.repeat(40)}`),
    '111122223333/theirs',
    '111122223333/theirs,444455556666/theirs',
    '111122223333/photos',
    '1/theirs',
    ['111122223333/theirs', '444455556666/others'],
    '111122223333/a..b',
  ],
  bucketKey: [
    ARN('kms', 'key/1'),
    `${ARN('kms', 'key/1')},${ARN('kms', 'key/2')}`,
    ARN('kms', 'alias/mine'),
    'key',
    'arn:aws:kms:::',
  ],
  prefix: [
    Array.from({ length: 40 }, (_, i) => `i${i}/`),
    Array.from({ length: 6 }, (_, i) => `${i}${'ä'.repeat(250)}`),
    'in/',
    'in/,.cliptag-canary/',
    ['', 'in/'],
    'a*b',
    long(1_024),
    long(900, 'ä'),
    ['a', 'aa'],
    ' ',
    '$',
    '?',
    '\\',
    '"',
    'in/,thumbnails/',
  ],
  suffix: [
    '.jpg',
    '.jpg,.JPG,.png',
    long(500),
    'ß',
    '.',
    '*',
    Array.from({ length: 40 }, (_, i) => `.${i}a`),
    Array.from({ length: 12 }, (_, i) => `.${i}`),
  ],
  architecture: ['arm64', 'x86_64', 'mips'],
  heic: [false, 'true', 1],
  isolated: [true, 'false', 'yes'],
  baseImage: ['example.org/node:24', 'a b'],
  packaging: ['container', 'zip', 'tar'],
  vpc: ['vpc-01234567', 'vpc-1'],
  subnets: ['subnet-01234567', 'subnet-01234567,subnet-89abcdef', 'subnet'],
  securityGroups: ['sg-01234567', 'sg-01234567,sg-89abcdef', 'sg'],
  table: ['tags', long(255), 'ab', 'a/b'],
  tableStream: [STREAM, STREAM.replace('tags', 'others'), 'stream'],
  tableKey: [ARN('kms', 'key/1'), ARN('kms', 'alias/mine'), 'alias/mine'],
  dataKey: [ARN('kms', 'key/1'), ARN('kms', 'alias/mine'), 7],
  tags: [
    'team=photos',
    'team=photos,team=videos',
    'aws:a=b',
    'a',
    `${long(128)}=${long(256)}`,
    Array.from({ length: 51 }, (_, i) => `t${i}=v`),
    'a=b=c',
    'a=',
  ],
  alarmTopic: [ARN('sns', 'alarms'), 'alarms'],
  alarmEmail: ['me@example.org', 'me'],
  resultEvents: [true, 'true', ARN('events', 'event-bus/mine'), ARN('events', 'event-bus/default'), 'bus'],
  maximumBytes: [1, '1073741824', 0, 1_073_741_825],
  thumbnails: [true, false, 'no'],
  exif: ['all', 'none', 'some'],
  memoryMegabytes: [1_536, 10_240, '3008', 1_535],
  functionTimeoutSeconds: [1, 900, 0, '60'],
  temporaryStorageMegabytes: [512, 10_240, 511],
  batchSize: [1, 10, 11, 10_000, 0],
  batchWindowSeconds: [0, 1, 300, 301],
  maximumConcurrency: [2, 6, 1_000, 1],
  reservedConcurrency: [2, 1_000, 0],
  snapStart: [true],
  tracing: [true],
  maxReceiveCount: [1, 1_000, 0],
  tableDeletionProtection: [true, false],
  tableWarmWriteUnits: [4_000, 1_000_000, 3_999],
  vectorIndex: [true, false],
  api: [true, false],
  apiAuth: ['iam', 'none'],
  apiWrites: [true, false],
  apiAllowedOrigins: [
    'https://example.org',
    '*',
    'example.org',
    Array.from({ length: 40 }, (_, i) => `https://${i}.example.org`),
  ],
  apiMemoryMegabytes: [512, 10_240, 1],
  apiReservedConcurrency: [1, 1_000],
  canary: [true, false],
  logRetentionDays: [1, 3_653, '7', 2],
  logLevel: ['INFO', 'ERROR', 'LOUD'],
  logKeys: [true, false],
  backfillObjectsPerSecond: [1, 10_000, 0],
  backfillQueueDepth: [1, 100_000, 100_001],
  retagConcurrency: [1, 1_000, 1_001],
  enableEventBridge: [true, false],
  objectTags: [true, false],
  objectTagLimit: [1, 10, 11],
  replaceEmbeddings: [true],
  mispelt: [true],
};

/** The values that a setting takes when it is alone: faults that settings have together are the rarer ones. */
const GOOD = Object.fromEntries(
  Object.entries(VALUES).map(([name, values]) => [
    name,
    values.filter((value) => settingsAndFaults(newApp({ [name]: value }).node).faults.length === 0),
  ]),
);

const settingValue = (name: string) => {
  const good = GOOD[name] ?? [];
  const any = fc.constantFrom(...(VALUES[name] ?? []));
  return good.length === 0
    ? any
    : fc.oneof({ weight: 19, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: any });
};

const context = fc
  .subarray(Object.keys(VALUES), { minLength: 1, maxLength: 14 })
  .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, settingValue(name)]))));

/** One error that lists faults, each with what was expected. */
const CLEAR = /^[\w /]+:\n( {2}- Expected .* but .*(\n {4}.*)*\n?)+$/;

/** What comes of settings: the fault of an unclear error, or of a template that AWS would refuse. */
function unclear(settings: Record<string, unknown>): readonly string[] {
  try {
    return sizeFaults(Template.fromStack(stackWith(settings, newApp(settings))));
  } catch (error) {
    const { message } = error as Error;
    return CLEAR.test(message) ? [] : [message];
  }
}

describe('any settings together', () => {
  it('make a template that AWS has room for, or are rejected by one error that lists what was expected', () => {
    const property = fc.property(context, (settings) => {
      expect(unclear(settings)).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS });
  });

  it('are looked at in templates, too: most of them make one', () => {
    const sample = fc.sample(context, { numRuns: 30, seed: 1 });
    const made = sample.filter((one) => settingsAndFaults(newApp(one).node).faults.length === 0);
    expect(made.length).toBeGreaterThan(8);
  });
});

const many = (count: number, name: (i: number) => string) => Array.from({ length: count }, (_, i) => name(i));

describe('settings that a deployment would fail with', () => {
  it.each<[string, Record<string, unknown>, string]>([
    ['names that S3 takes for none', { bucket: 'a..b' }, 'Expected names of S3 buckets for bucket'],
    ['an address for a bucket', { bucket: '192.168.0.1' }, 'Expected names of S3 buckets for bucket'],
    [
      'one bucket of two accounts',
      { foreignBucket: '111122223333/theirs,444455556666/theirs' },
      'Expected each bucket once, of one account, but received theirs again',
    ],
    [
      'a bucket of this and of another account',
      { bucket: 'theirs', foreignBucket: '111122223333/theirs' },
      'but received theirs again',
    ],
    [
      'more prefixes of more buckets than a role has room for',
      { bucket: many(30, (i) => `photos-${i}`), prefix: many(30, (i) => `${i}/`) },
      'Expected bucket and prefix to take at most 5500 bytes in a role',
    ],
    [
      'longer names than an environment has room for',
      { prefix: many(6, (i) => `${i}${'\u5199'.repeat(200)}`) },
      'Expected bucket, prefix and suffix to take at most 2600 bytes, as a function’s environment has',
    ],
    ['a tag twice', { tags: 'team=a,team=b' }, 'Expected each of the tags once but received team again'],
    ['46 tags', { tags: many(46, (i) => `t${i}=v`) }, 'Expected at most 45 tags but received 46'],
    [
      'two networks',
      { isolated: true, vpc: 'vpc-01234567', subnets: 'subnet-01234567' },
      'Expected isolated to be false with vpc',
    ],
  ])('reject %s', (_name, settings, fault) => {
    expect(() => stackWith(settings, newApp(settings))).toThrow(fault);
  });

  it('are props as well, and buckets that are added later', () => {
    const foreignBuckets = [{ account: '111122223333', bucketName: 'theirs' }];
    const stack = stackWithImage();
    const bucket = (name: string) => Bucket.fromBucketName(stack, name, name);
    const theirs = bucket('theirs');
    expect(() => new ImageTagger(stack, 'Both', { buckets: [theirs], foreignBuckets })).toThrow(
      'but received theirs again',
    );
    const tagger = new ImageTagger(stack, 'Tagger', {
      prefixes: many(25, (i) => `in/${i}/`),
      foreignBuckets,
    });
    expect(() => tagger.addBucket(theirs)).toThrow('but received theirs again');
    for (let i = 0; i < 4; i++) tagger.addBucket(bucket(`photos-${i}`));
    expect(() => tagger.addBucket(bucket('x'.repeat(63)))).toThrow(
      'Expected buckets and prefixes to take at most 5500 bytes in a role',
    );
  });
});
