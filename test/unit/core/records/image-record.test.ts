import { describe, expect, it } from 'vitest';
import {
  clearSupersededTags,
  IMAGE_STATUSES,
  type ImageContent,
  type ImageRecord,
  imageKey,
  imageRecordOf,
  putImageRecord,
  queryImagesByStatus,
  readImageAttributes,
  readImageRecord,
  readImageSummaries,
  STATUS_INDEX,
  tagMatcher,
} from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { TABLE_DEFINITION } from '../../../../functions/core/records/table-definition.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const OBJECT = { bucket: 'photos', key: 'a b/ü.jpg', eTag: 'e1', sequencer: '01', sizeBytes: 10 };
const TIMES = { eventTime: '2026-11-23T09:30:00.000Z', now: new Date('2026-11-23T09:30:05.000Z') };
const tag = (label: string, score = 0.5) => ({ set: 'things', label, score });
const tagged = (...tags: ReturnType<typeof tag>[]): ImageContent => ({
  status: 'tagged',
  tags,
  width: 4,
  height: 3,
  modelDigest: 'model-a',
  embedding: Uint8Array.of(1, 2),
});

describe('imageKey', () => {
  it('is the same for the same object, and carries bucket and key', () => {
    expect(imageKey(OBJECT)).toEqual({ PK: 'IMAGE#photos/a b/ü.jpg', SK: 'IMAGE' });
  });

  it('tells two buckets apart, as no bucket has a slash in its name', () => {
    expect(imageKey({ bucket: 'a', key: 'b/c' })).not.toEqual(imageKey({ bucket: 'a-b', key: 'c' }));
  });
});

describe('readImageRecord', () => {
  it('reads the latest state', () => {
    expect(readImageRecord(OBJECT)).toEqual({ Key: imageKey(OBJECT), ConsistentRead: true });
  });
});

describe('nextImageRecord', () => {
  it('begins with revision 1 and nothing superseded', () => {
    expect(nextImageRecord(undefined, OBJECT, tagged(tag('cat')), TIMES)).toEqual({
      ...OBJECT,
      ...tagged(tag('cat')),
      revision: 1,
      supersededTags: [],
      eventTime: TIMES.eventTime,
      recordedAt: '2026-11-23T09:30:05.000Z',
      expiresAt: undefined,
    });
  });

  const previous = {
    ...nextImageRecord(undefined, OBJECT, tagged(tag('cat'), tag('dog')), TIMES),
    supersededTags: [tag('bird'), tag('fish')],
  };

  it('follows the record that was read', () => {
    expect(nextImageRecord(previous, OBJECT, tagged(), TIMES).revision).toBe(2);
  });

  it('carries along the tags that are no longer true, and those not yet removed', () => {
    const { supersededTags } = nextImageRecord(previous, OBJECT, tagged(tag('cat'), tag('fish')), TIMES);
    expect(supersededTags).toEqual([tag('dog'), tag('bird')]);
  });

  it('takes the same label with another score for another tag', () => {
    const { supersededTags } = nextImageRecord(previous, OBJECT, tagged(tag('cat', 0.6)), TIMES);
    expect(supersededTags).toContainEqual(tag('cat'));
  });

  it('leaves nothing of an earlier content behind', () => {
    const failed: ImageContent = {
      status: 'failed',
      reason: 'Expected an image',
      reasonCode: 'corrupt',
      tags: [],
    };
    const record = nextImageRecord(previous, { ...OBJECT, sequencer: '02' }, failed, TIMES);
    expect(record).not.toHaveProperty('embedding');
    expect(record).not.toHaveProperty('width');
    expect(record).toMatchObject({ sequencer: '02', reasonCode: 'corrupt' });
  });

  it('lets a tombstone expire after 30 days, and nothing else ever', () => {
    const days = 30 * 24 * 60 * 60;
    const tombstone = nextImageRecord(previous, OBJECT, { status: 'deleted', tags: [] }, TIMES);
    expect(tombstone.expiresAt).toBe(Date.parse('2026-11-23T09:30:05Z') / 1000 + days);
    for (const status of ['tagged', 'unsupported', 'failed'] as const) {
      expect(nextImageRecord(previous, OBJECT, { status, tags: [] }, TIMES).expiresAt).toBeUndefined();
    }
  });
});

describe('putImageRecord', () => {
  const first = nextImageRecord(undefined, OBJECT, tagged(tag('cat')), TIMES);
  const second = nextImageRecord(first, OBJECT, tagged(tag('dog')), TIMES);

  it('makes an item under the image and under its status, which gives the record back', () => {
    const request = putImageRecord(first);
    expect(request).toMatchObject({
      kind: 'put',
      Item: { ...imageKey(OBJECT), GSI1PK: 'STATUS#photos#tagged', GSI1SK: 'a b/ü.jpg' },
    });
    expect(request.kind === 'put' && imageRecordOf(request.Item)).toEqual(first);
  });

  it('writes the first record only where there is none', async () => {
    const table = inMemoryTable();
    expect(await table.write(putImageRecord(first))).toBe(true);
    expect(await table.write(putImageRecord(first))).toBe(false);
  });

  it('writes a later record only over the very one that it follows', async () => {
    const table = inMemoryTable();
    expect(await table.write(putImageRecord(second))).toBe(false);
    await table.write(putImageRecord(first));
    expect(await table.write(putImageRecord(second))).toBe(true);
    expect(await table.write(putImageRecord(second))).toBe(false);
    expect(await stored(table)).toMatchObject({ revision: 2, tags: [tag('dog')] });
  });
});

describe('clearSupersededTags', () => {
  const first = nextImageRecord(undefined, OBJECT, tagged(tag('cat')), TIMES);
  const second = nextImageRecord(first, OBJECT, tagged(tag('dog')), TIMES);

  it('forgets them, and changes nothing else', async () => {
    const table = inMemoryTable();
    await table.write(putImageRecord(first));
    await table.write(putImageRecord(second));
    expect(await table.write(clearSupersededTags(second))).toBe(true);
    expect(await stored(table)).toMatchObject({ ...withoutUndefined(second), supersededTags: [] });
  });

  it('leaves a record alone that another writer has replaced meanwhile', async () => {
    const table = inMemoryTable();
    await table.write(putImageRecord(first));
    await table.write(putImageRecord(second));
    expect(await table.write(clearSupersededTags(first))).toBe(false);
    expect(await stored(table)).toMatchObject({ supersededTags: [tag('cat')] });
  });
});

describe('readImageSummaries', () => {
  it('reads what queries show, and no embedding', async () => {
    const table = inMemoryTable();
    await table.write(putImageRecord(nextImageRecord(undefined, OBJECT, tagged(tag('cat')), TIMES)));
    const [summary, ...rest] = await table.readBatch(
      readImageSummaries([OBJECT, { bucket: 'photos', key: 'none' }]),
    );
    expect(rest).toEqual([]);
    expect(summary).toEqual({
      ...imageKey(OBJECT),
      bucket: 'photos',
      key: OBJECT.key,
      status: 'tagged',
      tags: [tag('cat')],
      width: 4,
      height: 3,
      modelDigest: 'model-a',
      recordedAt: '2026-11-23T09:30:05.000Z',
    });
  });
});

describe('queryImagesByStatus', () => {
  it('lists the images of a bucket with this status, under a prefix, by key', async () => {
    const table = inMemoryTable();
    const put = (key: string, content: ImageContent, bucket = 'photos') =>
      table.write(putImageRecord(nextImageRecord(undefined, { ...OBJECT, bucket, key }, content, TIMES)));
    for (const key of ['b/2.jpg', 'a/1.jpg', 'b/1.jpg']) await put(key, tagged());
    await put('b/3.jpg', { status: 'failed', tags: [] });
    await put('b/4.jpg', tagged(), 'other');

    const keys = async (prefix?: string) => {
      const found: unknown[] = [];
      const request = queryImagesByStatus('photos', 'tagged', prefix, 2);
      for await (const page of table.query(request)) {
        expect(page.length).toBeLessThanOrEqual(2);
        found.push(...page.map(({ GSI1SK }) => GSI1SK));
      }
      expect(await table.count(request)).toBe(found.length);
      return found;
    };
    expect(await keys()).toEqual(['a/1.jpg', 'b/1.jpg', 'b/2.jpg']);
    expect(await keys('b/')).toEqual(['b/1.jpg', 'b/2.jpg']);
    expect(await keys('c/')).toEqual([]);
  });

  it('asks the index by status', () => {
    expect(queryImagesByStatus('photos', 'failed')).toMatchObject({
      IndexName: STATUS_INDEX,
      ScanIndexForward: true,
    });
  });
});

describe('tagMatcher', () => {
  it('wants set, label and score to be the same', () => {
    const matches = tagMatcher([tag('cat')]);
    expect(matches(tag('cat'))).toBe(true);
    expect(matches({ ...tag('cat'), score: 0.5001 })).toBe(false);
    expect(matches({ ...tag('cat'), set: 'other' })).toBe(false);
    expect(matches(tag('dog'))).toBe(false);
  });
});

async function stored(table: ReturnType<typeof inMemoryTable>): Promise<ImageRecord> {
  return imageRecordOf((await table.read(readImageRecord(OBJECT)))!);
}

function withoutUndefined(record: ImageRecord): object {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
}

describe('the requests', () => {
  it('read what queries show consistently, and what a listing compares as it is', () => {
    expect(readImageSummaries([OBJECT]).ConsistentRead).toBe(true);
    expect(readImageAttributes([OBJECT], ['status', 'eTag'])).toEqual({
      Keys: [imageKey(OBJECT)],
      ConsistentRead: false,
      ProjectionExpression: 'PK, SK, #status, #eTag',
      ExpressionAttributeNames: { '#status': 'status', '#eTag': 'eTag' },
    });
  });

  it('name no page size unless there is one', () => {
    expect(queryImagesByStatus('photos', 'tagged')).not.toHaveProperty('Limit');
    expect(queryImagesByStatus('photos', 'tagged', '', 7)).toHaveProperty('Limit', 7);
  });
});

describe('what is stored under its name for ever', () => {
  it('is each status, and the index that lists images by it', () => {
    expect(IMAGE_STATUSES).toEqual(['tagged', 'unsupported', 'failed', 'deleted']);
    expect(STATUS_INDEX).toBe('by-status');
  });

  it('is each key of the table and of its index', () => {
    expect(TABLE_DEFINITION).toEqual({
      key: { partitionKey: 'PK', sortKey: 'SK' },
      indexes: [{ name: 'by-status', partitionKey: 'GSI1PK', sortKey: 'GSI1SK', projection: 'KEYS_ONLY' }],
      billingMode: 'PAY_PER_REQUEST',
      timeToLiveAttribute: 'expiresAt',
    });
  });
});
