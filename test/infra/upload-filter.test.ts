import { describe, expect, it } from 'vitest';
import { eventPattern, filterFaults, notifications } from '../../infra/constructs/intake/upload-filter.ts';

const ARN = 'arn:aws:sqs:us-east-1:123456789012:queue';

/** The rules of every notification about created objects. */
function rules(prefix: readonly string[], suffix: readonly string[]) {
  return notifications({ prefix, suffix }, ARN)
    .filter(({ event }) => event === 's3:ObjectCreated:*')
    .map(({ filter }) => (filter && 's3Key' in filter ? filter.s3Key : undefined))
    .map((key) => (key && 'rules' in key ? key.rules : []));
}

function keyPatterns(prefix: readonly string[], suffix: readonly string[]): unknown {
  return eventPattern({ prefix, suffix }, ['photos']).detail?.object?.key;
}

describe('notifications of a bucket', () => {
  it('are of objects made, removed, expired and restored, to the queue', () => {
    expect(notifications({ prefix: [], suffix: [] }, ARN)).toEqual([
      { event: 's3:ObjectCreated:*', queue: ARN },
      { event: 's3:ObjectRemoved:*', queue: ARN },
      { event: 's3:LifecycleExpiration:*', queue: ARN },
      { event: 's3:ObjectRestore:Completed', queue: ARN },
    ]);
  });

  it('have one filter for each prefix with each suffix in both cases', () => {
    expect(rules(['a/', 'b/'], ['.jpg'])).toEqual([
      [
        { name: 'prefix', value: 'a/' },
        { name: 'suffix', value: '.jpg' },
      ],
      [
        { name: 'prefix', value: 'a/' },
        { name: 'suffix', value: '.JPG' },
      ],
      [
        { name: 'prefix', value: 'b/' },
        { name: 'suffix', value: '.jpg' },
      ],
      [
        { name: 'prefix', value: 'b/' },
        { name: 'suffix', value: '.JPG' },
      ],
    ]);
  });

  it('do not overlap, which S3 would refuse', () => {
    expect(rules(['a/', 'a/b/', 'c'], [])).toEqual([
      [{ name: 'prefix', value: 'a/' }],
      [{ name: 'prefix', value: 'c' }],
    ]);
    expect(rules([], ['_1', 'x_1'])).toEqual([[{ name: 'suffix', value: '_1' }]]);
  });

  it('name special characters as S3 wants them', () => {
    expect(rules(['day=1/a b+ü/'], [])).toEqual([[{ name: 'prefix', value: 'day%3D1/a+b%2B%C3%BC/' }]]);
  });
});

describe('an event pattern', () => {
  it('is of objects made, deleted and restored in the buckets', () => {
    expect(eventPattern({ prefix: [], suffix: [] }, ['photos-a', 'photos-b'])).toEqual({
      source: ['aws.s3'],
      detailType: ['Object Created', 'Object Deleted', 'Object Restore Completed'],
      detail: { bucket: { name: ['photos-a', 'photos-b'] } },
    });
  });

  it('has prefixes, or suffixes, or both in one pattern, with keys as they are', () => {
    expect(keyPatterns(['a b/'], [])).toEqual([{ prefix: 'a b/' }]);
    expect(keyPatterns([], ['.jpg'])).toEqual([{ suffix: '.jpg' }, { suffix: '.JPG' }]);
    expect(keyPatterns(['a\\/'], ['.jpg'])).toEqual([
      { wildcard: 'a\\\\/*.jpg' },
      { wildcard: 'a\\\\/*.JPG' },
    ]);
  });
});

describe('a filter', () => {
  const many = (count: number) => Array.from({ length: count }, (_, i) => `${String(i).padStart(3, '0')}/`);

  it('may have as many prefixes as S3 has notifications for', () => {
    expect(filterFaults({ prefix: many(33), suffix: [] })).toEqual([]);
  });

  it('gives up its prefixes for restored objects alone where there would be too many notifications', () => {
    const ofRestored = (count: number) =>
      notifications({ prefix: many(count), suffix: [] }, ARN).filter(({ event }) =>
        event.includes('Restore'),
      );
    expect(ofRestored(25)).toHaveLength(25);
    expect(ofRestored(26)).toEqual([{ event: 's3:ObjectRestore:Completed', queue: ARN }]);
    expect(notifications({ prefix: many(33), suffix: [] }, ARN)).toHaveLength(100);
  });

  it('rejects more than S3 or EventBridge take', () => {
    expect(filterFaults({ prefix: many(34), suffix: [] })).toEqual([
      expect.stringContaining('at most 100 notifications'),
    ]);
    const long = filterFaults({ prefix: ['x'.repeat(1_024), 'y'.repeat(1_024)], suffix: [] });
    expect(long).toEqual([expect.stringContaining('at most 2048 characters')]);
  });

  it('rejects more buckets than have room in EventBridge’s pattern', () => {
    const buckets = Array.from({ length: 40 }, (_, i) => `photos-${i}-${'x'.repeat(40)}`);
    expect(filterFaults({ prefix: [], suffix: [] }, buckets.slice(0, 30))).toEqual([]);
    expect(filterFaults({ prefix: [], suffix: [] }, buckets)).toEqual([
      expect.stringContaining('Expected bucket, prefix and suffix to make an event pattern of at most 2048'),
    ]);
  });
});
