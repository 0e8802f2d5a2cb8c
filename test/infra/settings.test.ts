import { describe, expect, it } from 'vitest';
import { readSettings } from '../../infra/read-settings.ts';
import { newApp } from './tagger-template.ts';

const settingsOf = (context: Record<string, unknown>) => readSettings(newApp(context).node);

function messageOf(context: Record<string, unknown>): string {
  try {
    settingsOf(context);
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('settings', () => {
  it('that are misspelt are told with what is meant', () => {
    expect(messageOf({ maximumConcurency: '1000' })).toMatch(
      /- Expected one of the settings prefix, .* for maximumConcurency but received "1000"; did you mean "maximumConcurrency"\?/,
    );
    expect(messageOf({ bukcet: 'photos' })).toMatch(/; did you mean "bucket"\?/);
    expect(messageOf({ nothing: 'a' })).not.toMatch(/did you mean/);
  });

  it('have a default for everything', () => {
    expect(settingsOf({})).toEqual({
      stackName: 'Cliptag',
      bucket: [],
      foreignBucket: [],
      bucketKey: [],
      model: 'embedded',
      replaceEmbeddings: false,
      labels: ['models/labels'],
      architecture: 'arm64',
      heic: true,
      baseImage: undefined,
      vpc: undefined,
      subnets: [],
      securityGroups: [],
      table: undefined,
      tableStream: undefined,
      isolated: false,
      tableKey: undefined,
      dataKey: undefined,
      tags: [],
      alarmTopic: undefined,
      prefix: [],
      suffix: [],
      maximumBytes: undefined,
      exif: 'all',
      thumbnails: false,
      packaging: 'container',
      memoryMegabytes: 3_008,
      functionTimeoutSeconds: 60,
      temporaryStorageMegabytes: 512,
      batchSize: 10,
      batchWindowSeconds: 0,
      maximumConcurrency: 6,
      reservedConcurrency: undefined,
      tableWarmWriteUnits: undefined,
      tableShards: undefined,
      retagConcurrency: 2,
      snapStart: false,
      tracing: false,
      maxReceiveCount: 5,
      tableDeletionProtection: true,
      canary: false,
      logRetentionDays: 30,
      logLevel: 'INFO',
      logKeys: true,
      backfillObjectsPerSecond: 200,
      backfillQueueDepth: undefined,
      enableEventBridge: true,
      vectorIndex: false,
      api: false,
      apiAuth: 'iam',
      apiWrites: true,
      apiAllowedOrigins: [],
      apiMemoryMegabytes: 3_008,
      apiReservedConcurrency: undefined,
      objectTags: false,
      objectTagLimit: 5,
      resultEvents: false,
    });
  });

  it('are read from strings as well, which is all that the command line gives', () => {
    const context = {
      bucket: 'photos-a,photos-b',
      prefix: 'a/,b/',
      maxReceiveCount: '3',
      tableDeletionProtection: 'false',
      logRetentionDays: '7',
    };
    expect(settingsOf(context)).toMatchObject({
      bucket: ['photos-a', 'photos-b'],
      prefix: ['a/', 'b/'],
      maxReceiveCount: 3,
      tableDeletionProtection: false,
      logRetentionDays: 7,
    });
  });

  it('take a list from cdk.json as an array, and each of its entries once', () => {
    expect(settingsOf({ labels: ['a.yaml', 'b.yaml', 'a.yaml'] }).labels).toEqual(['a.yaml', 'b.yaml']);
  });

  it.each([
    ['functionTimeoutSeconds', 1, 900],
    ['memoryMegabytes', 1_536, 10_240],
    ['temporaryStorageMegabytes', 512, 10_240],
    ['batchSize', 1, 10_000],
    ['batchWindowSeconds', 0, 300],
    ['maximumConcurrency', 2, 1_000],
    ['tableWarmWriteUnits', 4_000, 1_000_000],
    ['tableShards', 1, 256],
    ['maxReceiveCount', 1, 1_000],
    ['maximumBytes', 1, 1_073_741_824],
    ['objectTagLimit', 1, 10],
  ])('let %s reach both ends of its range, %d and %d', (name, least, most) => {
    const others = name === 'batchSize' ? { batchWindowSeconds: 1, functionTimeoutSeconds: 900 } : {};
    for (const value of [least, most]) {
      expect(settingsOf({ ...others, [name]: value })).toMatchObject({ [name]: value });
    }
    for (const value of [least - 1, most + 1]) {
      expect(() => settingsOf({ ...others, [name]: value })).toThrow(`for ${name} but received ${value}`);
    }
  });

  it('take the account’s own event bus or another one', () => {
    const bus = 'arn:aws:events:us-east-1:123456789012:event-bus/my.bus';
    for (const [given, read] of [
      ['true', true],
      ['false', false],
      [bus, bus],
    ] as const) {
      expect(settingsOf({ resultEvents: given }).resultEvents).toBe(read);
    }
  });

  it('leave context of other owners alone', () => {
    const others = { '@aws-cdk/aws-iam:minimizePolicies': true, 'aws:cdk:x': 1, 'cli-telemetry': false };
    expect(() => settingsOf(others)).not.toThrow();
  });

  it.each([
    ['functionTimeoutSeconds', 1.5],
    ['functionTimeoutSeconds', ''],
    ['functionTimeoutSeconds', true],
    ['maxReceiveCount', '0x10'],
    ['tableDeletionProtection', 'yes'],
    ['tableDeletionProtection', 'toString'],
    ['stackName', '1st'],
    ['stackName', 'a'.repeat(129)],
    ['bucket', 'Photos'],
    ['bucket', 'photos-a,'],
    ['bucket', 'arn:aws:s3:::photos'],
    ['foreignBucket', 'their-photos'],
    ['foreignBucket', '1234/their-photos'],
    ['prefix', ''],
    ['prefix', 'a*'],
    ['suffix', ['.jpg', 7]],
    ['labels', {}],
    ['architecture', 'arm'],
    ['heic', 'perhaps'],
    ['exif', 'place'],
    ['thumbnails', 'thumbnails/'],
    ['baseImage', 'two words'],
    ['packaging', 'tar'],
    ['logRetentionDays', 31],
    ['logLevel', 'info'],
    ['logKeys', 'hashed'],
    ['reservedConcurrency', 1],
    ['vpc', 'mine'],
    ['subnets', 'subnet-1'],
    ['table', 'a b'],
    ['tableKey', 'alias/mine'],
    ['dataKey', 'alias/mine'],
    ['tags', 'team'],
    ['tags', 'aws:team=photos'],
    ['alarmTopic', 'arn:aws:sqs:us-east-1:123456789012:queue'],
    ['maxRecieveCount', 3],
    ['resultEvents', 'yes'],
    ['resultEvents', 'arn:aws:sns:us-east-1:123456789012:topic'],
    ['objectTags', 'five'],
    ['apiAuth', 'nobody'],
    ['apiAllowedOrigins', 'example.org'],
    ['apiMemoryMegabytes', 256],
  ])('rejects %s = %j, naming what was expected and what arrived', (name, value) => {
    expect(() => settingsOf({ [name]: value })).toThrow(`for ${name} but received ${JSON.stringify(value)}`);
  });

  it('rejects with every fault at once', () => {
    const message = messageOf({ maxReceiveCount: -1, stackName: '', colour: 'red', snapStart: 'maybe' });
    const lines = /maxReceiveCount[^\n]*-1|stackName[^\n]*""|colour[^\n]*"red"|snapStart[^\n]*"maybe"/g;
    expect(message.match(lines)).toHaveLength(4);
  });

  it.each([
    [{ batchSize: 11 }, 'Expected a batchWindowSeconds of at least 1 with a batchSize of 11 but received 0'],
    [
      { reservedConcurrency: 5 },
      'Expected a reservedConcurrency of at least maximumConcurrency, 6, but received 5',
    ],
    [
      { batchSize: 1_201, batchWindowSeconds: 1 },
      'Expected a batchSize of at most 1200, 20 for each second of functionTimeoutSeconds, but received 1201',
    ],
    [
      { maximumBytes: 1_073_741_824, memoryMegabytes: 2_047 },
      'Expected a memoryMegabytes of at least 2048, 1024 more than maximumBytes, but received 2047',
    ],
    [
      { snapStart: true, temporaryStorageMegabytes: 513 },
      'Expected a temporaryStorageMegabytes of 512 with snapStart but received 513',
    ],
    [
      { packaging: 'zip', snapStart: true },
      'Expected packaging to be container with snapStart but received zip',
    ],
    [
      { packaging: 'zip', baseImage: 'node:24' },
      'Expected packaging to be container with baseImage node:24 but received zip',
    ],
    [
      { maximumConcurrency: 1_000, batchSize: 28, batchWindowSeconds: 1 },
      'Expected a tableWarmWriteUnits of at least 4149, or a smaller maximumConcurrency or batchSize, but received 4000: the table takes 500 images a second, so that a batch would wait for 56 s of the function’s 60 s',
    ],
    [{ api: true, apiAuth: 'none' }, 'Expected apiWrites to be false with apiAuth none but received true'],
    [{ apiReservedConcurrency: 5 }, 'Expected api to be true with options of the API but received false'],
    [{ prefix: Array.from({ length: 34 }, (_, i) => `${i + 10}/`) }, 'at most 100 notifications'],
  ])('rejects %j, where each is good by itself', (context, expected) => {
    expect(messageOf(context)).toContain(expected);
  });
});
