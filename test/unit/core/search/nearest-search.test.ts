import { describe, expect, it } from 'vitest';
import { dot } from '../../../../functions/core/labels/embedding.ts';
import { putLabelEntry } from '../../../../functions/core/records/label-entries.ts';
import { shardedTable } from '../../../../functions/core/records/sharded-table.ts';
import { type NearestRequest, vectorIndex } from '../../../../functions/core/records/vector-index.ts';
import { openNearestSearch } from '../../../../functions/core/search/nearest-search.ts';
import { recordCollection } from '../../../../functions/core/search/record-collection.ts';
import { readSearched } from '../../../../functions/core/search/searched-record.ts';
import { MODEL, type Picture, PLACES, searchedWorld, THINGS, wordEncoder } from './searched-world.ts';

/** 400 pictures of water with some horses, of which 40 have a sunset as well. */
const PICTURES: readonly Picture[] = Array.from({ length: 400 }, (_, i) => ({
  key: `${String(i).padStart(3, '0')}.jpg`,
  bucket: i % 2 === 0 ? 'photos' : 'archive',
  embedding: [i < 40 ? 5 + i / 100 : (i % 7) / 20, 1, (i % 11) / 10, (i % 3) / 10],
  tags: i % 5 === 0 ? { 'things:dog': 0.5 + (i % 100) / 250 } : {},
  ...(i % 13 === 0 && { takenAt: '2024-05-01T12:00:00' }),
}));

/** The same images searched in both ways; `asked` are the searches of the index. */
async function bothWays(sampleSize = PICTURES.length, shards = 1) {
  const world = await searchedWorld(PICTURES);
  const table = shardedTable(world.table, { shards });
  const images = PICTURES.map(({ key, bucket = '' }) => ({ bucket, key }));
  const records = await readSearched(images, world.table, true);
  for (const record of records) for (const tag of record.tags) await table.write(putLabelEntry(record, tag));
  const asked: NearestRequest[] = [];
  const indexed = recordCollection(MODEL, records);
  const nearest = async (request: NearestRequest) => {
    asked.push(request);
    const rows = images
      .map((image) => ({ ...image, row: indexed.rowOf(image) }))
      .filter(({ bucket }) => bucket === (request.bucket ?? bucket));
    const cosines = indexed.cosines(request.vector);
    return rows
      .map(({ bucket, key, row }) => ({ bucket, key, cosine: cosines[row] ?? 0 }))
      .sort((a, b) => b.cosine - a.cosine)
      .slice(0, request.limit);
  };
  const search = openNearestSearch({
    ...{ table, labelSets: [THINGS, PLACES], modelDigest: MODEL, index: vectorIndex(4) },
    ...{ textEncoder: async () => wordEncoder([]), vectors: { nearest } },
    sample: async () => records.filter((_, i) => i % Math.floor(PICTURES.length / sampleSize) === 0),
  });
  return { world, search, asked };
}

describe('a search by the vector index', () => {
  it.each([
    'sunset',
    'sunset dog',
    'label:dog score>0.7',
    '"sunset" -label:dog bucket:photos',
    'horse - sunset after:2024',
    '"sunset" | label:dog',
  ])('answers %s as a search of all images does', async (query) => {
    const { world, search } = await bothWays();
    const answer = await search.search({ query, limit: 50 });
    const whole = await world.search.search({ query, limit: 50 });
    expect(answer.images.map(({ bucket, key }) => [bucket, key])).toEqual(
      whole.images.map(({ bucket, key }) => [bucket, key]),
    );
    expect(answer.understood).toBe(whole.understood);
  });

  it('finds the best images of a label in all shards', async () => {
    const [one, several] = [await bothWays(), await bothWays(undefined, 4)];
    const request = { query: 'label:dog', limit: 50 };
    const { images } = await several.search.search(request);
    expect(images.length).toBeGreaterThan(5);
    expect(images.map(({ key }) => key)).toEqual(
      (await one.search.search(request)).images.map(({ key }) => key),
    );
  });

  it('needs no more than a sample of the others', async () => {
    const { search } = await bothWays(100);
    const { images } = await search.search({ query: 'sunset', limit: 100 });
    expect(images.length).toBeGreaterThan(30);
    for (const { key } of images) expect(Number.parseInt(key, 10)).toBeLessThan(40);
  });

  it('asks the index for the bucket that a query names', async () => {
    const { search, asked } = await bothWays();
    await search.search({ query: 'sunset bucket:archive', limit: 5 });
    expect(asked).toMatchObject([{ bucket: 'archive', modelDigest: MODEL, limit: 100 }]);
    expect(dot(asked[0]?.vector ?? [], Float32Array.of(1, 0, 0, 0))).toBeCloseTo(1);
  });

  it('finds what is similar to an image', async () => {
    const { search } = await bothWays();
    const { images } = await search.search({ query: 'similar:s3://photos/000.jpg', limit: 3 });
    expect(images[0]?.key).toBe('000.jpg');
  });

  it('finds what is similar to an image or to a picture from elsewhere, without the image itself', async () => {
    const { search, asked } = await bothWays();
    const byKey = await search.similar({ to: { bucket: 'photos', key: '000.jpg' }, limit: 5 });
    expect(byKey.images.length).toBeGreaterThan(0);
    expect(byKey.images.map(({ key }) => key)).not.toContain('000.jpg');
    const embedding = Float32Array.of(1, 0, 0, 0);
    const among = await search.similar({ to: { embedding }, query: 'bucket:archive', limit: 5 });
    for (const { bucket } of among.images) expect(bucket).toBe('archive');
    expect(asked.at(-1)).toMatchObject({ bucket: 'archive', vector: embedding });
    await expect(search.similar({ to: { bucket: 'photos', key: 'none' }, limit: 5 })).rejects.toMatchObject({
      code: 'no-image',
    });
  });

  it('reads records, so that an image which is gone is not shown', async () => {
    const { world, search } = await bothWays();
    const [first] = (await search.search({ query: 'sunset', limit: 1 })).images;
    await world.put({ key: first?.key ?? '', bucket: first?.bucket ?? '', status: 'failed' });
    const { images } = await search.search({ query: 'sunset', limit: 100 });
    expect(images.map(({ key }) => key)).not.toContain(first?.key);
  });

  it.each(['', 'after:2024', 'sunset | prefix:a', '-dog'])(
    'rejects "%s", which an index does not find',
    async (query) => {
      const { search } = await bothWays();
      await expect(search.search({ query, limit: 5 })).rejects.toMatchObject({
        code: 'invalid-query',
        column: 1,
      });
    },
  );
});
