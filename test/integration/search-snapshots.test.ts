import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CreateBucketCommand } from '@aws-sdk/client-s3';
import { expect, it, onTestFinished } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { snapshotObject } from '../../functions/adapters/aws/snapshot-object.ts';
import { snapshotFile } from '../../functions/adapters/files/snapshot-file.ts';
import { putImageRecord } from '../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../functions/core/records/label-entries.ts';
import type { SnapshotStore } from '../../functions/core/search/collection/snapshot-store.ts';
import { startDynamoDbEndpoint } from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { openTableSearch } from '../../functions/search/table-search.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { record } from '../unit/core/search/collection/records.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';
import { openEndpoint } from './s3-endpoint-fixture.ts';

const chunks = [Uint8Array.of(1, 2, 3), new Uint8Array(3_000_000).fill(7), Uint8Array.of(9)];
const byteLength = chunks.reduce((sum, { length }) => sum + length, 0);

async function expectKeeps(store: SnapshotStore) {
  expect(await store.read()).toBeUndefined();
  await store.write({ byteLength, chunks });
  await store.write({ byteLength, chunks: chunks.toReversed() });
  const found: Uint8Array[] = [];
  for await (const chunk of (await store.read()) ?? []) found.push(chunk);
  expect(Buffer.concat(found).equals(Buffer.concat(chunks.toReversed()))).toBe(true);
}

it('a file keeps the newest snapshot, whole, and nothing beside it', async () => {
  const folder = await temporaryFolder();
  const path = join(folder, 'made', 'search.snapshot');
  await expectKeeps(snapshotFile(path));
  const failing = (function* () {
    yield Uint8Array.of(1);
    throw new Error('no memory');
  })();
  await expect(snapshotFile(path).write({ byteLength: 5, chunks: failing })).rejects.toThrow('no memory');
  expect(await readdir(join(folder, 'made'))).toEqual(['search.snapshot']);
  expect(await readFile(path)).toHaveLength(byteLength);
});

it('an object of S3 keeps the newest snapshot', async () => {
  const { client, url } = await openEndpoint();
  await client.send(new CreateBucketCommand({ Bucket: 'derived' }));
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET };
  const options = { endpoint: url, region: 'us-east-1', forcePathStyle: true, credentials };
  await expectKeeps(snapshotObject({ bucket: 'derived', key: 'search/snapshot', client: options }));
});

it('a search reads image records of a table, and no label entries, and starts from its snapshot', async () => {
  const folder = await temporaryFolder();
  const endpoint = await startDynamoDbEndpoint({ folder: join(folder, 'dynamodb') });
  onTestFinished(() => endpoint.close());
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  const table = dynamoDbTagTable({
    tableName: LOCAL_TABLE_NAME,
    client: { endpoint: url, region: 'us-east-1', credentials },
  });
  const images = Array.from({ length: 30 }, (_, i) => ({
    ...record({ key: `${i}`, camera: 'Pixel 9', takenAt: '2024-05-01T10:00:00' }),
    ...{ supersededTags: [], eventTime: '2026-11-30T10:00:00.000Z' },
  }));
  for (const image of images) {
    await table.write(putImageRecord(image));
    for (const tag of image.tags) await table.write(putLabelEntry(image, tag));
  }
  const path = join(folder, 'search.snapshot');
  const options = { table, modelDigest: 'sha256:model', snapshots: snapshotFile(path) };
  const first = await openTableSearch(options);
  await first.loaded;
  await first.close();
  await table.write(putImageRecord({ ...images[3]!, revision: 2, tags: [] }));
  const second = await openTableSearch(options);
  expect(second.hasSnapshot).toBe(true);
  await second.loaded;
  const { collection } = second;
  expect(collection.rowCount).toBe(30);
  expect(collection.labelCounts()).toEqual([{ set: 'pet', label: 'cat', count: 29 }]);
  const row = collection.rowOf({ bucket: 'photos', key: '8' });
  expect([collection.cameraOf(row), collection.timeOf(row), collection.hasEmbedding(row)]).toEqual([
    'Pixel 9',
    Date.UTC(2024, 4, 1, 10),
    true,
  ]);
  await second.close();
  await writeFile(path, (await readFile(path)).subarray(0, -1));
  const third = await openTableSearch(options);
  expect(third.hasSnapshot).toBe(false);
  await third.loaded;
  expect(third.collection.rowCount).toBe(30);
});
