import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { readImageRecord } from '../../functions/core/records/image-record.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_REGION, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { startChild } from './support/child-process.ts';

const BUCKET = 'photos';

let folder: string;
let dynamodb: DynamoDbEndpoint;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-deadly-'));
  dynamodb = await startDynamoDbEndpoint({ folder: join(folder, 'dynamodb') });
  await ensureTable(dynamodb);
});
afterEach(async () => {
  await dynamodb.close();
  await rm(folder, { recursive: true });
});

async function sendAll(keys: readonly string[]): Promise<void> {
  const queue = await openQueue({
    ...{ folder: join(folder, 'queue'), visibilityTimeoutSeconds: 3_600, maxReceiveCount: 5 },
  });
  for (const [index, key] of keys.entries()) {
    const object = { key, size: 1, eTag: 'e', sequencer: `0${index}` };
    const head = { eventVersion: '2.1', eventSource: 'aws:s3', eventTime: '2026-11-30T00:00:00Z' };
    const s3 = { bucket: { name: BUCKET }, object };
    await queue.send(JSON.stringify({ Records: [{ ...head, eventName: 'ObjectCreated:Put', s3 }] }));
  }
  await queue.close();
}

/** Starts the consumer anew as often as it ends in the midst of its work; gives the number of its ends. */
async function consume(): Promise<{ deaths: number; said: string }> {
  for (let deaths = 0; ; deaths++) {
    const child = startChild('deadly-process.ts', join(folder, 'queue'), dynamodb.url);
    const said = await child.nextLine().catch(() => undefined);
    await child.kill();
    if (said !== undefined) return { deaths, said };
  }
}

it('a picture that ends the process is recorded as failed, and its neighbours are tagged', async () => {
  const harmless = Array.from({ length: 12 }, (_, i) => `harmless-${i}`);
  const deadly = ['deadly'];
  await sendAll([...harmless.slice(0, 3), ...deadly, ...harmless.slice(3)]);
  const { deaths, said } = await consume();
  expect(said).toBe('empty, 0 dead letters');
  expect(deaths).toBeLessThanOrEqual(4);
  const client = { endpoint: dynamodb.url, region: LOCAL_REGION, credentials: dynamodb.credentials };
  const table = dynamoDbTagTable({ tableName: LOCAL_TABLE_NAME, client });
  const recordOf = (key: string) => table.read(readImageRecord({ bucket: BUCKET, key }));
  for (const key of harmless) expect(await recordOf(key), key).toMatchObject({ status: 'tagged' });
  for (const key of deadly) {
    expect(await recordOf(key)).toMatchObject({
      status: 'failed',
      reasonCode: 'ends-the-process',
      reason: expect.stringMatching(/the process ended [1-4] times? in the midst of it/),
    });
  }
  // It is started five times.
}, 240_000);
