import { describe, expect, it } from 'vitest';
import { embeddingToBytes, normalised } from '../../../../functions/core/labels/embedding.ts';
import { embeddingAt } from '../../../../functions/core/labels/embedding-matrix.ts';
import { type ImageRecord, putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { scanImages, storedImages } from '../../../../functions/core/records/stored-images.ts';
import type { ScannableTable } from '../../../../functions/core/records/tag-table.ts';
import { inMemoryTable } from '../in-memory-table.ts';

const bytesOf = (...values: number[]) =>
  embeddingToBytes({ modelDigest: 'model', values: normalised(Float32Array.from(values)) });

const DOG = { set: 'things', label: 'dog', score: 0.9 };
const NO_CAT = { set: 'things', label: 'cat', isThere: false, correctedAt: '2026-11-30T00:00:00Z' };

function record(key: string, changes: Partial<ImageRecord> = {}): ImageRecord {
  return {
    ...{
      bucket: 'photos',
      key,
      sequencer: '1',
      revision: 1,
      supersededTags: [],
      eventTime: '',
      recordedAt: '',
    },
    ...{ status: 'tagged', tags: [], modelDigest: 'model', embedding: bytesOf(1, 2, 3, 4) },
    ...changes,
  };
}

async function tableWith(...records: readonly ImageRecord[]): Promise<ScannableTable> {
  const table = inMemoryTable();
  for (const one of records) await table.write(putImageRecord(one));
  return table;
}

describe('the stored images', () => {
  it('are the tagged ones of the model, by name, each with its embedding, tags and corrections', async () => {
    const first = record('a.jpg', { tags: [DOG], embedding: bytesOf(0, 0, 3, 4) });
    const second = record('b.jpg', { corrections: [NO_CAT] });
    const table = await tableWith(second, first);
    await table.write(putLabelEntry(first, DOG));
    const { embeddings, ...found } = await storedImages(table, 'model');
    expect(found).toEqual({
      names: ['s3://photos/a.jpg', 's3://photos/b.jpg'],
      tags: [[DOG], []],
      corrections: [[], [NO_CAT]],
      statuses: { tagged: 2, unsupported: 0, failed: 0, deleted: 0 },
      foreign: {},
    });
    expect(embeddings).toMatchObject({ modelDigest: 'model', count: 2, size: 4 });
    expect(embeddings.values).toHaveLength(8);
    const row = [...embeddingAt(embeddings, 0)];
    for (const [i, value] of [0, 0, 0.6, 0.8].entries()) expect(row[i]).toBeCloseTo(value, 3);
    expect(Math.hypot(...row)).toBeCloseTo(1, 6);
  });

  it('leave out images of other models and those that cannot be compared, and count them', async () => {
    const table = await tableWith(
      record('a.jpg'),
      record('b.jpg', { modelDigest: 'old' }),
      record('c.jpg', { embedding: undefined }),
      record('d.jpg', { embedding: bytesOf(1, 2) }),
      record('e.jpg', { embedding: new Uint8Array(8) }),
      record('f.jpg', { status: 'failed', embedding: undefined }),
      record('g.jpg', { status: 'deleted', embedding: undefined }),
    );
    const { names, embeddings, statuses, foreign } = await storedImages(table, 'model');
    expect(names).toEqual(['s3://photos/a.jpg']);
    expect(embeddings.values).toHaveLength(4);
    expect(statuses).toEqual({ tagged: 5, unsupported: 0, failed: 1, deleted: 1 });
    expect(foreign).toEqual({ old: 1, '': 3 });
  });

  it('are those of a bucket under a prefix where a scope says so', async () => {
    const table = await tableWith(
      record('2024/a.jpg'),
      record('b.jpg'),
      record('2024/c.jpg', { bucket: 'other' }),
    );
    const scope = { bucket: 'photos', prefix: '2024/' };
    const { names, statuses } = await storedImages(table, 'model', { scope });
    expect(names).toEqual(['s3://photos/2024/a.jpg']);
    expect(statuses.tagged).toBe(1);
  });

  it('are the wanted ones alone, in every count', async () => {
    const table = await tableWith(
      record('a.jpg'),
      record('b.jpg'),
      record('c.jpg', { modelDigest: 'old' }),
      record('d.jpg', { status: 'failed', embedding: undefined }),
    );
    const { names, statuses, foreign } = await storedImages(table, 'model', {
      isWanted: ({ bucket, key }) => bucket === 'photos' && key === 'b.jpg',
    });
    expect({ names, statuses, foreign }).toEqual({
      names: ['s3://photos/b.jpg'],
      statuses: { tagged: 1, unsupported: 0, failed: 0, deleted: 0 },
      foreign: {},
    });
  });

  it('are none in an empty table', async () => {
    const { embeddings, names } = await storedImages(inMemoryTable(), 'model');
    expect(embeddings).toEqual({ modelDigest: 'model', count: 0, size: 0, values: new Float32Array() });
    expect(names).toEqual([]);
  });

  it('are the same however the table gives them, and are counted as they come', async () => {
    const records = Array.from({ length: 40 }, (_, i) =>
      record(`${i}.jpg`, { embedding: bytesOf(i, 1, 0, 0) }),
    );
    const counts: number[] = [];
    const table = await tableWith(...records);
    const found = await storedImages(table, 'model', { onProgress: (count) => counts.push(count) });
    expect(found).toEqual(await storedImages(await tableWith(...[...records].reverse()), 'model'));
    expect(counts.at(-1)).toBe(40);
    expect(found.names).toEqual([...found.names].sort());
    for (const [i, name] of found.names.entries()) {
      const written = Number(/(\d+)\.jpg$/.exec(name)?.[1]);
      expect(embeddingAt(found.embeddings, i)[0]).toBeCloseTo(written / Math.hypot(written, 1), 3);
    }
  });

  it('are read consistently, with no empty list of values', () => {
    expect(scanImages({ segment: 1, of: 8 }, {})).toEqual({
      Segment: 1,
      TotalSegments: 8,
      ConsistentRead: true,
      FilterExpression: 'attribute_exists(#status)',
      ProjectionExpression: 'PK, SK, #bucket, #key, #status, #tags, #corrections, #modelDigest, #embedding',
      ExpressionAttributeNames: expect.objectContaining({ '#status': 'status', '#embedding': 'embedding' }),
    });
    expect(scanImages({ segment: 1, of: 8 }, { bucket: 'b', prefix: 'p' })).toMatchObject({
      FilterExpression: 'attribute_exists(#status) AND #bucket = :bucket AND begins_with(#key, :prefix)',
      ExpressionAttributeValues: { ':bucket': 'b', ':prefix': 'p' },
    });
  });
});
