import { describe, expect, it } from 'vitest';
import { embeddingToBytes, normalised } from '../../../../functions/core/labels/embedding.ts';
import { imageRecordOf, putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import type { TagTable, WriteRequest } from '../../../../functions/core/records/tag-table.ts';
import {
  indexingVectors,
  nearestCondition,
  vectorIndex,
  withVector,
} from '../../../../functions/core/records/vector-index.ts';

const INDEX = vectorIndex(4);
const modelDigest = 'model-a';
const values = normalised([3, -4, 0.0001, 12]);
const object = { bucket: 'photos', key: 'a.jpg', sequencer: '1' };
const put = (changes: object = {}) =>
  putImageRecord(
    nextImageRecord(
      undefined,
      object,
      {
        ...{ status: 'tagged', tags: [], modelDigest, embedding: embeddingToBytes({ modelDigest, values }) },
        ...changes,
      },
      { eventTime: '2026-01-01T00:00:00Z', now: new Date(0) },
    ),
  );

describe('a record for a vector index', () => {
  it('has the embedding as numbers beside the binary one', () => {
    const { Item } = withVector(put(), INDEX) as Extract<WriteRequest, { kind: 'put' }>;
    expect(Item.vector4).toEqual([0.23077, -0.30769, 0.00001, 0.92308]);
    expect(Item.embedding).toEqual(embeddingToBytes({ modelDigest, values }));
  });

  it('is the same record once it is read', () => {
    const request = withVector(put(), INDEX) as Extract<WriteRequest, { kind: 'put' }>;
    const without = put() as Extract<WriteRequest, { kind: 'put' }>;
    expect(imageRecordOf(request.Item)).toEqual(imageRecordOf(without.Item));
  });

  it.each([
    ['of an image without an embedding', put({ embedding: undefined })],
    ['of another size, which the index would refuse', put({ embedding: new Uint8Array(6).fill(60) })],
    ['of a label entry', { ...put(), Item: { PK: 'LABEL#a#b', SK: '0.5#photos/a.jpg' } } as WriteRequest],
  ])('adds nothing to the put %s', (_, request) => {
    expect(withVector(request, INDEX)).toBe(request);
  });

  it('adds nothing to an update', () => {
    const update: WriteRequest = {
      ...{ kind: 'update', Key: { PK: 'a', SK: 'b' }, UpdateExpression: 'SET a = :a' },
      ...{ ConditionExpression: 'a = :a', ExpressionAttributeValues: { ':a': 1 } },
    };
    expect(withVector(update, INDEX)).toBe(update);
  });

  it('is what a table that indexes vectors writes', async () => {
    const written: WriteRequest[] = [];
    const table = {
      write: async (request: WriteRequest) => written.push(request) > 0,
    } as unknown as TagTable;
    expect(await indexingVectors(table, INDEX).write(put())).toBe(true);
    expect(written).toEqual([withVector(put(), INDEX)]);
  });
});

it('an index of another size has another name and another attribute', () => {
  expect(vectorIndex(512)).toMatchObject({
    name: 'by-embedding-512',
    attribute: 'vector512',
    dimensions: 512,
  });
});

it('a search asks for one model, and for a bucket where one is named', () => {
  const request = { index: INDEX, vector: values, modelDigest, limit: 5 };
  expect(nearestCondition(request)).toEqual({
    SearchConditionExpression: '#modelDigest = :modelDigest',
    ExpressionAttributeNames: { '#modelDigest': 'modelDigest' },
    ExpressionAttributeValues: { ':modelDigest': 'model-a' },
  });
  expect(nearestCondition({ ...request, bucket: 'photos' }).SearchConditionExpression).toBe(
    '#modelDigest = :modelDigest AND #bucket = :bucket',
  );
});
