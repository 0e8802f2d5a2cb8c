import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest';
import { composeCanary } from '../../functions/canary/composition.ts';
import { removeLeftovers } from '../../functions/canary/leftovers.ts';
import { probe } from '../../functions/canary/probe.ts';
import { LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { LOCAL_BUCKET_NAME } from '../../functions/local/pipeline.ts';
import { startStores } from '../fixtures/stores.ts';
import { startTinyPipeline } from '../fixtures/tiny-pipeline.ts';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'us-east-1';
const KEY_PREFIX = '.cliptag-canary/';
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-canary-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => vi.restoreAllMocks());

it('finds that its picture is tagged and forgotten again, by the pipeline on this machine', async () => {
  const pipeline = await startTinyPipeline({ dataFolder: join(folder, 'data'), logitScale: 10 });
  try {
    const { s3, dynamodb } = pipeline;
    const ports = composeCanary(
      { BUCKET: LOCAL_BUCKET_NAME, TABLE_NAME: LOCAL_TABLE_NAME, KEY_PREFIX, MODEL_DIGEST: undefined },
      {
        bucket: { endpoint: s3.url, region, credentials, forcePathStyle: true },
        table: { endpoint: dynamodb.url, region, credentials },
        limitMilliseconds: 60_000,
      },
    );
    const key = '.cliptag-canary/now.png';
    const often = { ...ports, sleep: () => ports.sleep(20) };
    expect(await probe(key, often)).toEqual({ passed: true, taggedMilliseconds: expect.any(Number) });
    expect(await ports.record(key)).toMatchObject({ status: 'deleted' });
    for (const name of ['left.png', 'left-too.png']) await ports.put(`${KEY_PREFIX}${name}`);
    expect(await ports.putBefore(new Date(0))).toEqual([]);
    const removed = await removeLeftovers(ports, Date.now() + 2 * 60 * 60_000);
    expect(removed.toSorted()).toEqual([`${KEY_PREFIX}left-too.png`, `${KEY_PREFIX}left.png`]);
    expect(await ports.putBefore(new Date(Date.now() + 60_000))).toEqual([]);
  } finally {
    await pipeline.close();
  }
});

it('finds that nobody tags, says so, and leaves no picture behind', async () => {
  const stores = await startStores();
  try {
    const ports = composeCanary(
      { BUCKET: 'bench', TABLE_NAME: stores.tableOptions.tableName, KEY_PREFIX, MODEL_DIGEST: undefined },
      { bucket: stores.s3Options, table: stores.tableOptions.client, limitMilliseconds: 0 },
    );
    const remove = vi.fn(ports.remove);
    const result = await probe('.cliptag-canary/alone.png', { ...ports, remove });
    expect(result).toEqual({
      passed: false,
      reason: 'Expected a record that is tagged within 0 s but there is none',
    });
    expect(remove).toHaveBeenCalledWith('.cliptag-canary/alone.png');
    expect(
      stores
        .otherBodies()
        .flatMap((body) => JSON.parse(body).Records ?? [])
        .map(({ eventName }) => eventName),
    ).toEqual(['ObjectCreated:Put', 'ObjectRemoved:Delete']);
  } finally {
    await stores.close();
  }
});
