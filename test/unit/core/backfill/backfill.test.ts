import { describe, expect, it } from 'vitest';
import { type Feeder, feed, QueueFull, selectObjects } from '../../../../functions/core/backfill/backfill.ts';
import { type BackfillVolume, estimateBackfill } from '../../../../functions/core/backfill/estimate.ts';
import { planBackfill } from '../../../../functions/core/backfill/plan.ts';
import { eventsOf } from '../../../../functions/core/objects/event.ts';
import type { ListedObject } from '../../../../functions/core/objects/listed-object.ts';
import { acceptEveryUpload } from '../../../../functions/core/objects/object.ts';
import {
  type ImageRecord,
  imageKey,
  putImageRecord,
} from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import type { TagTable } from '../../../../functions/core/records/tag-table.ts';
import type { TaggerIdentity } from '../../../../functions/core/tagging/tagger-identity.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const IDENTITY: TaggerIdentity = {
  modelDigest: 'model-a',
  labelSets: [{ digest: 'things-1' }, { digest: 'places-1', appliesTo: [{ prefix: 'trips/' }] }],
};

function listed(key: string, changes: Partial<ListedObject> = {}): ListedObject {
  const lastModified = '2026-11-23T09:30:00.000Z';
  return { bucket: 'photos', key, eTag: 'e1', sizeBytes: 1_000, lastModified, ...changes };
}

const TAGGED: Partial<ImageRecord> = {
  status: 'tagged',
  modelDigest: 'model-a',
  labelSets: { things: 'things-1' },
};

async function tableWith(records: Readonly<Record<string, Partial<ImageRecord>>>) {
  const table = inMemoryTable();
  for (const [key, changes] of Object.entries(records)) {
    const object = { bucket: 'photos', key, eTag: 'e1', sequencer: '1' };
    const content = { status: 'tagged' as const, tags: [], ...changes };
    const moment = { eventTime: '', now: new Date(0) };
    await table.write(putImageRecord(nextImageRecord(undefined, { ...object, ...changes }, content, moment)));
  }
  return table;
}

const keysOf = (objects: readonly ListedObject[]) => objects.map(({ key }) => key);

describe('selectObjects', () => {
  const CASES: Readonly<Record<string, readonly [settled: boolean, record?: Partial<ImageRecord>]>> = {
    'has no record': [false],
    'is tagged by the same model and label sets': [true, TAGGED],
    'is tagged by another model': [false, { ...TAGGED, modelDigest: 'model-b' }],
    'is tagged by another version of a label set': [false, { ...TAGGED, labelSets: { things: 'things-0' } }],
    'is tagged by a label set more': [
      false,
      { ...TAGGED, labelSets: { things: 'things-1', more: 'more-1' } },
    ],
    'has been overwritten since': [false, { ...TAGGED, eTag: 'e0' }],
    'was deleted, and is there again': [false, { status: 'deleted' }],
    'is no image': [true, { status: 'failed', reasonCode: 'not-an-image' }],
    'was too large': [false, { status: 'failed', reasonCode: 'too-large' }],
    'was archived': [false, { status: 'unsupported', reasonCode: 'not-readable' }],
  };
  for (const [what, [isSettled, record]] of Object.entries(CASES)) {
    it(`${isSettled ? 'skips' : 'wants'} an object that ${what}`, async () => {
      const table = await tableWith(record ? { 'a.jpg': record } : {});
      const selection = { filter: acceptEveryUpload, identity: IDENTITY, table };
      const { wanted, settled } = await selectObjects([listed('a.jpg')], selection);
      expect([keysOf(wanted), keysOf(settled)]).toEqual(isSettled ? [[], ['a.jpg']] : [['a.jpg'], []]);
    });
  }

  it('knows which label sets apply to a key', async () => {
    const table = await tableWith({ 'trips/a.jpg': TAGGED });
    const selection = { filter: acceptEveryUpload, identity: IDENTITY, table };
    expect(keysOf((await selectObjects([listed('trips/a.jpg')], selection)).wanted)).toEqual(['trips/a.jpg']);
  });

  it('leaves out what the upload filter does, folders among them, and reads no record of it', async () => {
    const asked: string[] = [];
    const table: Pick<TagTable, 'readBatch'> = {
      async readBatch({ Keys, ConsistentRead }) {
        expect(ConsistentRead).toBe(false);
        asked.push(...Keys.map(({ PK }) => PK));
        return [];
      },
    };
    const objects = [listed('in/a.jpg'), listed('in/', { sizeBytes: 0 }), listed('out/a.jpg')];
    const filter = { prefixes: ['in/'], suffixes: [] };
    const { leftOut } = await selectObjects(objects, { filter, identity: IDENTITY, table });
    expect(keysOf(leftOut)).toEqual(['in/', 'out/a.jpg']);
    expect(asked).toEqual([imageKey(listed('in/a.jpg')).PK]);
  });

  it('looks at more records than DynamoDB gives at once', async () => {
    const keys = Array.from({ length: 250 }, (_, i) => `${i}.jpg`);
    const table = await tableWith({ '0.jpg': TAGGED, '120.jpg': TAGGED, '249.jpg': TAGGED });
    const selection = { filter: acceptEveryUpload, identity: IDENTITY, table };
    const { settled, wanted } = await selectObjects(
      keys.map((key) => listed(key)),
      selection,
    );
    expect(keysOf(settled)).toEqual(['0.jpg', '120.jpg', '249.jpg']);
    expect(wanted).toHaveLength(247);
  });
});

/** A feeder whose clock moves only while it sleeps. */
function feederWith(changes: Partial<Feeder> & { depth?: number; deadLetters?: number } = {}) {
  let time = 0;
  const batches: (readonly string[])[] = [];
  const feeder: Feeder = {
    filter: acceptEveryUpload,
    identity: IDENTITY,
    table: inMemoryTable(),
    queue: {
      state: async () => ({ messages: changes.depth ?? 0, deadLetters: changes.deadLetters ?? 0 }),
      send: async (bodies) => {
        batches.push(bodies);
      },
    },
    maximumDepth: 100,
    objectsPerSecond: 50,
    sleep: async (milliseconds) => {
      time += milliseconds;
    },
    now: () => time,
    ...changes,
  };
  return { feeder, batches, time: () => time };
}

describe('feed', () => {
  const objects = Array.from({ length: 25 }, (_, i) => listed(`${i}.jpg`));

  it('sends a message for each object, ten at once, no faster than it may', async () => {
    const { feeder, batches, time } = feederWith();
    expect(await feed(objects, feeder)).toEqual({ sent: 25, settled: 0, leftOut: 0 });
    expect(batches.map((bodies) => bodies.length)).toEqual([10, 10, 5]);
    expect(batches.flat().flatMap(eventsOf)).toMatchObject(objects.map(({ key }) => ({ object: { key } })));
    expect(time()).toBeCloseTo(500);
  });

  it('rejects a batch as long as the queue is as deep as it may be, before it sends anything', async () => {
    const { feeder, batches } = feederWith({ depth: 100 });
    await expect(feed(objects, feeder)).rejects.toThrow(QueueFull);
    await expect(feed(objects, feeder)).rejects.toMatchObject({ code: 'queue-full', retryable: true });
    expect(batches).toEqual([]);
  });

  it('rejects every batch once more than 20 dead letters have come, before it looks at anything', async () => {
    const reads: unknown[] = [];
    const table = {
      readBatch: async (request: unknown) => {
        reads.push(request);
        return [];
      },
    };
    const { feeder, batches } = feederWith({ deadLetters: 28, deadLettersBefore: 7, table });
    await expect(feed(objects, feeder)).rejects.toMatchObject({ code: 'dead-letters-grow' });
    expect([batches, reads]).toEqual([[], []]);
    expect((await feed(objects, { ...feeder, deadLettersBefore: 8 })).sent).toBe(25);
  });

  it('waits for nothing when all is done already', async () => {
    const { feeder, time } = feederWith({ depth: 100, table: await tableWith({ 'a.jpg': TAGGED }) });
    expect(await feed([listed('a.jpg')], feeder)).toEqual({ sent: 0, settled: 1, leftOut: 0 });
    expect(time()).toBe(0);
  });
});

describe('planBackfill', () => {
  it('counts what the pages of a listing show', async () => {
    const pages = [
      [listed('a.jpg'), listed('b.jpg', { sizeBytes: 500 })],
      [listed('c.txt'), listed('d.jpg')],
    ];
    const seen: number[] = [];
    const plan = await planBackfill(
      { bucket: 'photos', prefix: '' },
      {
        filter: { prefixes: [], suffixes: ['.jpg'] },
        identity: IDENTITY,
        table: await tableWith({ 'a.jpg': TAGGED }),
      },
      {
        async *list() {
          yield* pages;
        },
      },
      (count) => seen.push(count),
    );
    expect(plan).toEqual({ listed: 4, wanted: 2, wantedBytes: 1_500, settled: 1, leftOut: 1 });
    expect(seen).toEqual([2, 4]);
  });
});

describe('what a backfill of a million objects costs', () => {
  const volume: BackfillVolume = {
    plan: { listed: 1_250_000, wanted: 1_000_000, wantedBytes: 1, settled: 200_000, leftOut: 50_000 },
    pace: { objectsPerSecond: 200, feeders: 2, feederMemoryMegabytes: 256, batchObjects: 500 },
    tags: 5,
    architecture: 'arm64',
    memoryMegabytes: 2_048,
    millisecondsPerImage: 30,
    batchSize: 10,
    maximumConcurrency: 10,
    events: false,
    objectTags: 0,
    indexedDimensions: 0,
  };
  const estimate = estimateBackfill(volume);

  it.each<[string, number]>([
    // 100,000 sent + 100,000 received + 100,000 deleted = 300,000 × $0.40 / 1,000,000
    ['SQS', 0.12],
    ['S3 looks', 0.4],
    // 1,000,000 × 9 × $0.625 / 1,000,000
    ['DynamoDB writes', 5.625],
    // 2 × 1,250 × $5 / 1,000,000
    ['Backfill: S3 listings', 0.0125],
    // 2 × 1,200,000 × 0.5 × $0.125 / 1,000,000
    ['Backfill: DynamoDB reads', 0.15],
    // 5,000 s × 2 × 0.25 GB × $0.0000133334
    ['Backfill: Lambda', 0.033_333_5],
    // (2,500 × 2 + 6) × $25 / 1,000,000
    ['Backfill: Step Functions', 0.125_15],
  ])('%s', (part, dollars) => {
    const lines = estimate.cost.filter((line) => line.part === part);
    expect(lines.map((line) => line.dollars)).toEqual([expect.closeTo(dollars, 8)]);
  });

  it('is the sum of its lines', () => {
    expect(estimate.dollars).toBeCloseTo(
      estimate.cost.reduce((sum, { dollars }) => sum + dollars, 0),
      8,
    );
  });

  it('takes as long as sending, or as tagging where that is slower', () => {
    expect(estimate.seconds).toBe(5_000);
    expect(estimateBackfill({ ...volume, maximumConcurrency: 2 }).seconds).toBe(15_000);
  });

  it('is next to nothing where all is tagged already', () => {
    const plan = { ...volume.plan, wanted: 0, settled: 1_200_000 };
    const { dollars, seconds } = estimateBackfill({ ...volume, plan });
    expect([dollars < 0.35, seconds]).toEqual([true, 0]);
  });
});
