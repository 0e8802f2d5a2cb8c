import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { noteKey, putNote, queryListedNotes, readNote } from '../../functions/core/records/attempts.ts';
import { imageKey, putImageRecord, queryImagesByStatus } from '../../functions/core/records/image-record.ts';
import {
  deleteLabelEntry,
  putLabelEntry,
  queryLabelEntries,
} from '../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { commitRecord, readRecord } from '../../functions/core/records/record-commit.ts';
import type { ScannableTable } from '../../functions/core/records/tag-table.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { settleLeftAttempts } from '../../functions/local/repair/left-attempts.ts';
import { mendTable, removeFromIndex } from '../../functions/local/repair/mended-table.ts';
import { startRepair } from '../../functions/local/repair/repair.ts';
import { repairLine } from '../../functions/local/repair/repair-text.ts';
import { openLevelStore } from '../../functions/local/store/level-store.ts';

let folder: string;
let endpoint: DynamoDbEndpoint;
let table: ScannableTable;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-repair-'));
  await open();
});

afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

async function open(): Promise<void> {
  endpoint = await startDynamoDbEndpoint({ folder });
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  table = dynamoDbTagTable({
    tableName: LOCAL_TABLE_NAME,
    client: { endpoint: url, credentials, region: 'us-east-1' },
  });
}

const tag = (label: string) => ({ set: 'things', label, score: 0.5 });
const time = { eventTime: '2026-11-30T00:00:00.000Z', now: new Date() };

function recordOf(key: string) {
  const object = { bucket: 'photos', key, eTag: 'e', sequencer: '1'.padEnd(32, '0') };
  return nextImageRecord(undefined, object, { status: 'tagged', tags: [tag('cat')] }, time);
}

async function keysOf(request: ReturnType<typeof queryImagesByStatus>): Promise<readonly unknown[]> {
  const keys: unknown[] = [];
  for await (const page of table.query(request)) keys.push(...page.map(({ key, GSI1SK }) => key ?? GSI1SK));
  return keys;
}

const entriesOf = (label: string) => keysOf(queryLabelEntries('things', label));
const indexed = (status: 'tagged' | 'failed' | 'deleted') => keysOf(queryImagesByStatus('photos', status));

it('mends label entries and the index where writes between others are lost', async () => {
  const record = recordOf('a.jpg');
  await commitRecord(record, record.tags, table);
  await table.write(deleteLabelEntry(record, tag('cat')));
  await table.write(putLabelEntry(record, tag('dog')));
  await table.write({
    kind: 'update',
    Key: imageKey(record),
    UpdateExpression: 'SET GSI1PK = :wrong',
    ConditionExpression: 'revision = :revision',
    ExpressionAttributeValues: { ':wrong': 'STATUS#photos#deleted', ':revision': 1 },
  });
  expect(await indexed('tagged')).toEqual([]);

  expect(await mendTable(table)).toEqual({ entriesAdded: 1, entriesRemoved: 1, indexed: 2 });
  expect(await entriesOf('cat')).toEqual(['a.jpg']);
  expect(await entriesOf('dog')).toEqual([]);
  expect(await indexed('tagged')).toEqual(['a.jpg']);
  expect(await indexed('deleted')).toEqual([]);
  expect(await mendTable(table)).toEqual({ entriesAdded: 0, entriesRemoved: 0, indexed: 0 });
});

it('takes an image out of the index whose record is lost, and lets any event write it', async () => {
  const lost = { bucket: 'photos', key: 'lost.jpg' };
  await removeFromIndex(lost, 'STATUS#photos#tagged', undefined, table);
  expect(await indexed('tagged')).not.toContain('lost.jpg');
  expect(await indexed('deleted')).toContain('lost.jpg');
  const tombstone = await readRecord(lost, table);
  const next = nextImageRecord(tombstone, recordOf('lost.jpg'), { status: 'tagged', tags: [] }, time);
  expect(await table.write(putImageRecord(next))).toBe(true);
});

it('settles entries that a run has left by its note', async () => {
  const record = recordOf('left.jpg');
  const left = noteKey(record, 'left');
  const attempts = [{ sequencer: record.sequencer, revision: record.revision, tags: record.tags }];
  await table.write(putNote(left, { attempts, saves: 1 }, new Date(), { isListed: true }));
  await table.write(putLabelEntry(record, tag('cat')));
  expect(await keysOf(queryListedNotes())).toHaveLength(1);

  expect(await settleLeftAttempts(table)).toBe(1);
  expect(await entriesOf('cat')).not.toContain('left.jpg');
  expect(await keysOf(queryListedNotes())).toEqual([]);
  expect(await readNote(left, table)).toBeUndefined();
});

/** What a start finds in the bucket, and tells the queue of. */
async function compare(objects: readonly string[], bodies: readonly string[] = []) {
  const told: string[] = [];
  const s3 = {
    recovered: { restored: 0, dropped: 0 },
    notifyingBuckets: async () => ['photos'],
    toldObjects: async function* () {
      yield objects.map((key) => ({ bucket: 'photos', key, eTag: 'e', sizeBytes: 1, sequencer: '3' }));
    },
    tellAgain: async ({ key }: { key: string }) => {
      told.push(key);
    },
  };
  const counts = () => ({ visible: 0, inFlight: 0, deadLetters: 0 });
  const queue = { bodies: () => bodies, deadLetters: () => [], counts };
  const repairs = await startRepair({ s3, queue, table, stores: [] }).compare(new AbortController().signal);
  return { repairs, told };
}

it('has the index list each image under the status of its record alone, without a word of damage', async () => {
  const kept = ['right.jpg', 'doubled.jpg', 'differing.jpg', 'missing.jpg', 'orphaned.jpg'];
  const keys = [...kept, 'orphaned-and-gone.jpg'];
  for (const key of keys) await table.write(putImageRecord(recordOf(key)));
  const before = await indexEntries(keys);
  for (const key of ['doubled.jpg', 'differing.jpg']) {
    const failed = { ...recordOf(key), status: 'failed', tags: [], revision: 2 } as const;
    await table.write(putImageRecord(failed));
  }
  for (const key of ['orphaned.jpg', 'orphaned-and-gone.jpg']) {
    const condition = { ConditionExpression: 'revision = :one', ExpressionAttributeValues: { ':one': 1 } };
    await table.write({ kind: 'delete', Key: imageKey(recordOf(key)), ...condition });
  }
  const after = await indexEntries(keys);
  await changeStore(async (store) => {
    for (const key of ['differing.jpg', 'missing.jpg']) await store.del(after.get(key)?.[0] ?? '');
    for (const [key, entry] of before) if (key !== 'missing.jpg') await store.put(...entry);
  });
  const ours = async (status: 'tagged' | 'failed' | 'deleted') =>
    (await indexed(status)).filter((key) => keys.includes(String(key)));
  expect([await ours('tagged'), await ours('failed')]).toEqual([
    keys.filter((key) => key !== 'missing.jpg').sort(),
    ['doubled.jpg'],
  ]);

  const { repairs, told } = await compare(kept);
  expect(repairs).toMatchObject({ indexed: 5, missing: 1, damage: [] });
  expect(told.filter((key) => keys.includes(key))).toEqual(['orphaned.jpg']);
  expect(await ours('tagged')).toEqual(['missing.jpg', 'right.jpg']);
  expect(await ours('failed')).toEqual(['differing.jpg', 'doubled.jpg']);
  expect(await ours('deleted')).toEqual(['orphaned-and-gone.jpg', 'orphaned.jpg']);
  expect((await compare(kept)).repairs.indexed).toBe(0);
});

it('counts no message of an earlier event, when the key was in the same state, as one that tells of it', async () => {
  for (const key of ['gone-again.jpg', 'gone.jpg']) {
    await table.write(putImageRecord({ ...recordOf(key), sequencer: '3'.padEnd(32, '0') }));
  }
  const { told } = await compare(
    ['back-again.jpg', 'new.jpg'],
    [
      messageOf('ObjectRemoved:Delete', 'gone-again.jpg', '2'),
      messageOf('ObjectRemoved:Delete', 'gone.jpg', '4'),
      messageOf('ObjectCreated:Put', 'back-again.jpg', '1'),
      messageOf('ObjectCreated:Put', 'new.jpg', '3'),
    ],
  );
  const asked = ['gone-again.jpg', 'gone.jpg', 'back-again.jpg', 'new.jpg'];
  expect(told.filter((key) => asked.includes(key)).sort()).toEqual(['back-again.jpg', 'gone-again.jpg']);
});

function messageOf(eventName: string, key: string, sequencer: string): string {
  const object = { key, sequencer, size: 1, ...(eventName.startsWith('ObjectCreated') && { eTag: 'e' }) };
  const s3 = { s3SchemaVersion: '1.0', bucket: { name: 'photos' }, object };
  const common = { eventVersion: '2.1', eventSource: 'aws:s3', awsRegion: 'us-east-1' };
  return JSON.stringify({ Records: [{ ...common, eventTime: time.eventTime, eventName, s3 }] });
}

/** By image, what dynalite's store has of it in the index: its key there and its value. */
async function indexEntries(keys: readonly string[]): Promise<ReadonlyMap<string, [string, string]>> {
  const found = new Map<string, [string, string]>();
  await changeStore(async (store) => {
    for await (const [key, value] of store.iterator({ gte: 'index-', lt: 'index.' })) {
      const image = keys.find((one) => value.includes(`/${one}"`));
      if (image) found.set(image, [key, value]);
    }
  });
  return found;
}

async function changeStore(change: (store: Awaited<ReturnType<typeof openLevelStore>>) => Promise<void>) {
  await endpoint.close();
  const store = await openLevelStore(folder);
  await change(store);
  await store.close();
  await open();
}

it('says what it has done, and nothing when nothing was lost', () => {
  const nothing = { restored: 0, dropped: 0, missing: 0, gone: 0 };
  const repairs = { ...nothing, damage: [], entriesAdded: 0, entriesRemoved: 0, indexed: 0 };
  expect(repairLine(repairs)).toBeUndefined();
  expect(repairLine({ ...repairs, damage: ['dropping 7 bytes; x'], missing: 2 })).toBe(
    'Repair: 1 parts of stores lost (the first: dropping 7 bytes; x); 2 pictures without their record sent to be tagged',
  );
});
