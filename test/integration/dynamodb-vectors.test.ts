import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateTableCommand, DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { dynamoDbVectorSearch } from '../../functions/adapters/aws/dynamodb-vectors.ts';
import { dot, embeddingToBytes, normalised } from '../../functions/core/labels/embedding.ts';
import { type ImageRecord, putImageRecord } from '../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { indexingVectors, vectorIndex } from '../../functions/core/records/vector-index.ts';
import { steadyPort } from '../fixtures/steady-port.ts';

/** Another engine with vector indexes, checked by its makers against AWS; no package registry of npm has it. */
const ENGINE = '.cliptag/dynoxide/bin/dynoxide';
const isThere = existsSync(ENGINE);
if (!isThere) {
  console.warn(
    'skipped against a DynamoDB with vector indexes: cargo install dynoxide-rs --version 3.2.0 --root .cliptag/dynoxide',
  );
}

const DIMENSIONS = 64;
const INDEX = vectorIndex(DIMENSIONS);
const TABLE = 'cliptag';

describe.skipIf(!isThere)('a table with a vector index', () => {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  let engine: ReturnType<typeof spawn>;
  let client: { endpoint: string; region: string; credentials: typeof credentials };

  beforeAll(async () => {
    const port = await steadyPort();
    engine = spawn(ENGINE, ['--port', String(port)], { stdio: 'ignore' });
    client = { endpoint: `http://127.0.0.1:${port}`, region: 'us-east-1', credentials };
    await createTable(client);
  });
  afterAll(() => engine.kill());

  test('finds the nearest images of one model and one bucket, by cosine', async () => {
    const pictures = Array.from({ length: 60 }, (_, i) => ({
      ...{ bucket: i % 3 === 0 ? 'other' : 'photos', key: `${i}.jpg` },
      ...{ modelDigest: i % 5 === 0 ? 'model-b' : 'model-a', values: randomUnit(i + 1) },
    }));
    for (const picture of pictures) await write(recordOf(picture));
    const wanted = randomUnit(1_000);
    const expected = pictures
      .filter(({ bucket, modelDigest }) => bucket === 'photos' && modelDigest === 'model-a')
      .map(({ key, values }) => ({ key, cosine: dot(values, wanted) }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, 10);
    const found = await nearest(wanted, { bucket: 'photos', limit: 10 });
    expect(found.map(({ key }) => key)).toEqual(expected.map(({ key }) => key));
    for (const [i, { cosine }] of found.entries()) expect(cosine).toBeCloseTo(expected[i]?.cosine ?? 0, 3);
  });

  test('follows a record that is replaced, and one that is deleted', async () => {
    const [before, after] = [randomUnit(2_000), randomUnit(2_001)];
    const image = { bucket: 'photos', key: 'changed.jpg', modelDigest: 'model-c' };
    const first = recordOf({ ...image, values: before });
    await write(first);
    expect(await nearest(before, { modelDigest: 'model-c', limit: 5 })).toMatchObject([
      { key: 'changed.jpg' },
    ]);
    const second = recordOf({ ...image, values: after }, first);
    await write(second);
    const [found] = await nearest(after, { modelDigest: 'model-c', limit: 5 });
    expect(found?.cosine).toBeGreaterThan(0.999);
    const deletion = { status: 'deleted', tags: [] } as const;
    await write(nextImageRecord(second, { ...image, sequencer: '3' }, deletion, WHEN));
    expect(await nearest(after, { modelDigest: 'model-c', limit: 5 })).toEqual([]);
  });

  test('takes what has another size or no embedding, and does not find it', async () => {
    const image = { bucket: 'photos', key: 'small.jpg', modelDigest: 'model-d' };
    await write(recordOf({ ...image, values: normalised([1, 2, 3]) }));
    await write(nextImageRecord(undefined, { ...image, key: 'broken.jpg', sequencer: '1' }, FAILED, WHEN));
    expect(await nearest(randomUnit(1), { modelDigest: 'model-d', limit: 5 })).toEqual([]);
  });

  const nearest = (
    vector: Float32Array,
    { modelDigest = 'model-a', ...rest }: { modelDigest?: string; bucket?: string; limit: number },
  ) =>
    dynamoDbVectorSearch({ tableName: TABLE, client }).nearest({
      index: INDEX,
      vector,
      modelDigest,
      ...rest,
    });

  async function write(record: ImageRecord): Promise<void> {
    const table = indexingVectors(dynamoDbTagTable({ tableName: TABLE, client }), INDEX);
    expect(await table.write(putImageRecord(record))).toBe(true);
  }
});

const WHEN = { eventTime: '2026-01-01T00:00:00Z', now: new Date(0) };
const FAILED = { status: 'failed', reason: 'no image', tags: [] } as const;

function recordOf(
  {
    values,
    modelDigest,
    ...name
  }: { bucket: string; key: string; modelDigest: string; values: Float32Array },
  previous?: ImageRecord,
): ImageRecord {
  const embedding = embeddingToBytes({ modelDigest, values });
  const content = { status: 'tagged', tags: [], modelDigest, embedding } as const;
  return nextImageRecord(previous, { ...name, sequencer: previous ? '2' : '1' }, content, WHEN);
}

/** A unit vector that a number stands for. */
function randomUnit(seed: number): Float32Array {
  return normalised(Array.from({ length: DIMENSIONS }, (_, i) => Math.sin(seed * 12.9898 + i * 78.233) * 2));
}

/** The table that infra/constructs/tag-table.ts makes, as DynamoDB's API takes it; the engine listens soon after its start. */
async function createTable(client: ConstructorParameters<typeof DynamoDBClient>[0]): Promise<void> {
  const dynamodb = new DynamoDBClient(client ?? {});
  for (let attempt = 0; attempt < 100; attempt++) {
    const answer = await dynamodb.send(new ListTablesCommand()).catch(() => undefined);
    if (answer) break;
    await sleep(50);
  }
  await dynamodb.send(
    new CreateTableCommand({
      ...{ TableName: TABLE, BillingMode: 'PAY_PER_REQUEST' },
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      AttributeDefinitions: ['PK', 'SK', ...INDEX.filters].map((AttributeName) => ({
        ...{ AttributeName, AttributeType: 'S' as const },
      })),
      VectorIndexes: [
        {
          ...{
            IndexName: INDEX.name,
            Dimensions: INDEX.dimensions,
            DistanceFunction: INDEX.distanceFunction,
          },
          VectorAttribute: { AttributeName: INDEX.attribute },
          SearchSchema: INDEX.filters.map((AttributeName) => ({
            ...{ AttributeName, SearchSchemaElementType: 'INLINE_FILTER' as const },
          })),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    }),
  );
  dynamodb.destroy();
}
