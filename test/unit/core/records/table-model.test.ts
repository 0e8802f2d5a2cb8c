import { describe, expect, it } from 'vitest';
import { putImageRecord } from '../../../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { storedModels } from '../../../../functions/core/records/stored-models.ts';
import {
  foreignImages,
  isNotedForModel,
  putModelNote,
  removeModelNote,
} from '../../../../functions/core/records/table-model.ts';
import { inMemoryTable } from '../in-memory-table.ts';
import { collected } from '../truth-keeper.ts';

const TIMES = { eventTime: '2026-11-23T09:30:00.000Z', now: new Date(0) };

describe('the note on the model of a table', () => {
  it('holds for the model that it was written for, until another one is to write', async () => {
    const table = inMemoryTable();
    expect(await isNotedForModel(table, 'a')).toBe(false);
    expect(await table.write(putModelNote('a'))).toBe(true);
    expect(await isNotedForModel(table, 'a')).toBe(true);
    expect(await isNotedForModel(table, 'b')).toBe(false);
    await table.write(removeModelNote('a'));
    expect(await isNotedForModel(table, 'a')).toBe(true);
    await table.write(removeModelNote('b'));
    expect(await isNotedForModel(table, 'a')).toBe(false);
    expect(table.items()).toEqual([]);
  });

  it('counts as no image of its model', async () => {
    const table = inMemoryTable();
    await table.write(putModelNote('a'));
    expect(await storedModels(table)).toEqual(new Map());
    expect((await collected(foreignImages(table, 'b'))).flat()).toEqual([]);
  });
});

describe('foreignImages', () => {
  it('finds the tagged images of other models, and of none, with what a listing tells of them', async () => {
    const table = inMemoryTable();
    const put = (key: string, status: 'tagged' | 'failed', modelDigest?: string) => {
      const object = { bucket: 'photos', key, eTag: `e-${key}`, sizeBytes: 7, sequencer: '01' };
      return table.write(
        putImageRecord(nextImageRecord(undefined, object, { status, tags: [], modelDigest }, TIMES)),
      );
    };
    await put('own', 'tagged', 'a');
    await put('other', 'tagged', 'b');
    await put('without', 'tagged');
    await put('failed', 'failed');
    const found = (await collected(foreignImages(table, 'a'))).flat();
    const { eventTime } = TIMES;
    const wanted = { bucket: 'photos', sizeBytes: 7, eventTime };
    expect(found.sort((a, b) => (a.key < b.key ? -1 : 1))).toMatchObject([
      { ...wanted, key: 'other', eTag: 'e-other', modelDigest: 'b' },
      { ...wanted, key: 'without', eTag: 'e-without' },
    ]);
  });
});
