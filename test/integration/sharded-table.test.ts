import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { attemptLog } from '../../functions/core/records/attempts.ts';
import { findImages } from '../../functions/core/records/find-images.ts';
import { queryImagesByStatus } from '../../functions/core/records/image-record.ts';
import { isMisplaced } from '../../functions/core/records/misplaced-items.ts';
import { updateRecord } from '../../functions/core/records/record-update.ts';
import { shardedTable } from '../../functions/core/records/sharded-table.ts';
import { forEachPage } from '../../functions/core/records/table-scan.ts';
import { raiseShards } from '../../functions/core/records/table-shards.ts';
import type { Item, ScannableTable } from '../../functions/core/records/tag-table.ts';
import { retag } from '../../functions/core/retag/retag.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';

const IMAGES = 60;
const LABELS = ['cat', 'dog', 'bird', 'a fish', 'b#7'];
const now = () => new Date(0);

let folder: string;
let endpoint: DynamoDbEndpoint;
let table: ScannableTable;
let writeUnits = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-shards-'));
  endpoint = await startDynamoDbEndpoint({ folder });
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  table = dynamoDbTagTable({
    tableName: LOCAL_TABLE_NAME,
    client: { endpoint: url, credentials, region: 'us-east-1', maxAttempts: 1 },
    onWriteUnits: (units) => {
      writeUnits += units;
    },
  });
});
afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

/** Writes an image as an upload of it does. */
async function upload(i: number, through: ScannableTable, revision = 1): Promise<void> {
  const object = { bucket: 'photos', key: `images/${i}.jpg`, sequencer: String(revision).padStart(32, '0') };
  const tags = LABELS.map((label) => ({ set: 'things', label, score: 1 - i / 1_000 }));
  const content = { status: 'tagged', tags, modelDigest: 'model' } as const;
  const attempts = attemptLog(object, `event ${revision}`, { table: through, now });
  const decide = () => ({ change: { object, content, eventTime: '' } });
  await updateRecord(object, decide, { table: through, now, attempts });
}

async function found(label: string): Promise<readonly string[]> {
  const keys: string[] = [];
  const query = {
    labels: [{ set: 'things', label }],
    match: 'all',
    not: [],
    minimumScore: 0,
  } as const;
  for await (const { key } of findImages(query, shardedTable(table))) keys.push(key);
  return keys;
}

async function allItems(): Promise<readonly Item[]> {
  const all: Item[] = [];
  await forEachPage(table, {}, async (items) => void all.push(...items));
  return all;
}

/** What one image costs, index included, once the process knows the number of shards. */
async function unitsPerImage(shards: number, first: number): Promise<number> {
  const through = shardedTable(table, { shards });
  await upload(first, through);
  writeUnits = 0;
  for (let i = first + 1; i < first + IMAGES / 3; i++) await upload(i, through);
  return writeUnits / (IMAGES / 3 - 1);
}

const inOrder = Array.from({ length: IMAGES }, (_, i) => `images/${i}.jpg`);

describe('a table of DynamoDB that is divided while it is used', () => {
  it('takes no more write units with more shards', async () => {
    const units = await unitsPerImage(1, 0);
    expect(units).toBeLessThanOrEqual(9);
    expect(await unitsPerImage(4, IMAGES / 3)).toBe(units);
    expect(await unitsPerImage(16, (2 * IMAGES) / 3)).toBe(units);
  });

  it('answers label by label, best first, and by status, whichever number an image was written for', async () => {
    for (const label of LABELS) expect(await found(label)).toEqual(inOrder);
    const request = queryImagesByStatus('photos', 'tagged', 'images/', 7);
    const listed: unknown[] = [];
    for await (const page of shardedTable(table).query(request))
      listed.push(...page.map(({ GSI1SK }) => GSI1SK));
    expect(listed).toEqual([...inOrder].sort());
    expect(await shardedTable(table).count(request)).toBe(IMAGES);
    const partitions = new Set((await allItems()).map(({ PK }) => PK));
    expect(partitions).toContain('LABEL#things#cat');
    expect(partitions).toContain('LABEL#things.15#b#7');
  });

  it('has all in its place once it was retagged, and answers the same', async () => {
    const { shards } = await raiseShards(table, 1);
    const retagger = { table: shardedTable(table), modelDigest: 'other', classifiers: [], now };
    const before = (await allItems()).filter((item) => isMisplaced(item, shards));
    const { moved } = await retag(retagger);
    expect(moved).toBe(before.filter(({ SK }) => SK === 'IMAGE').length);
    expect(moved).toBeGreaterThan(IMAGES / 3);
    const after = (await allItems()).filter((item) => isMisplaced(item, shards));
    expect(after).toHaveLength(before.length - (moved ?? 0));
    expect(after.every(({ expiresAt }) => expiresAt === 24 * 60 * 60)).toBe(true);
    for (const label of LABELS) expect(await found(label)).toEqual(inOrder);
    // DynamoDB removes them by their time to live; where there is none, another retagging does.
    await retag({ ...retagger, now: () => new Date(1e10) });
    const left = await allItems();
    expect(left.filter((item) => isMisplaced(item, shards))).toEqual([]);
    expect(left.filter(({ PK }) => String(PK).startsWith('LABEL#'))).toHaveLength(IMAGES * LABELS.length);
    for (const label of LABELS) expect(await found(label)).toEqual(inOrder);
  });
});
