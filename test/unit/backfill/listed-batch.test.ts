import { describe, expect, it } from 'vitest';
import { isBeginning, listedBatch } from '../../../functions/backfill/listed-batch.ts';

/** As AWS's documentation of the ItemReader shows it. */
const ITEM = {
  Etag: '"05704fbdccb224cb01c59005bebbad28"',
  Key: 'processData/images/n02085620_1073.jpg',
  LastModified: 1_668_699_881,
  Size: 34_910,
  StorageClass: 'STANDARD',
};
const LISTED = {
  bucket: 'photos',
  key: 'processData/images/n02085620_1073.jpg',
  eTag: '05704fbdccb224cb01c59005bebbad28',
  sizeBytes: 34_910,
  lastModified: '2022-11-17T15:44:41.000Z',
};
const batchOf = (...Items: unknown[]) =>
  listedBatch({ BatchInput: { bucket: 'photos', deadLetters: 3 }, Items });

describe('listedBatch', () => {
  it('reads the objects of a batch as Step Functions hands them over', () => {
    expect(batchOf(ITEM, { ...ITEM, Key: 'b.jpg' })).toEqual({
      bucket: 'photos',
      deadLettersBefore: 3,
      objects: [LISTED, { ...LISTED, key: 'b.jpg' }],
    });
  });

  it('reads them as S3 itself writes them', () => {
    const { Etag: ETag, ...rest } = ITEM;
    expect(batchOf({ ...rest, ETag, LastModified: '2022-11-17T15:44:41+00:00' }).objects).toEqual([LISTED]);
  });

  it('tells the beginning from a batch', () => {
    expect([isBeginning({ isBeginning: true }), isBeginning({ BatchInput: {} }), isBeginning(null)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('rejects anything else with all its faults', () => {
    const { Etag: _, ...rest } = ITEM;
    expect(() => listedBatch({ Items: [{ ...rest, Size: -1, Key: '' }, rest] })).toThrow(
      /^Expected a batch of listed objects but its BatchInput: .*Items\.0\.Key: .*Items\.0\.Size: .*Items\.1\.Etag: Expected an ETag/,
    );
    expect(() => batchOf()).toThrow(/Items: /);
  });
});
