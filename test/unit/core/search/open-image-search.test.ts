import { describe, expect, it } from 'vitest';
import { changingCollection } from '../../../../functions/core/search/collection/changing-collection.ts';
import type { ChangingCollection } from '../../../../functions/core/search/image-collection.ts';
import { recordCollection } from '../../../../functions/core/search/record-collection.ts';
import { MODEL, type Picture, searchedWorld } from './searched-world.ts';

const PICTURES: readonly Picture[] = [
  {
    key: 'a.jpg',
    tags: { 'things:dog': 0.9, 'things:beach': 0.5 },
    embedding: [1, 0, 0, 0],
    takenAt: '2025-06-01T12:00:00',
  },
  { key: 'b.jpg', tags: { 'things:dog': 0.7 }, embedding: [0.8, 0.6, 0, 0], takenAt: '2025-06-02T12:00:00' },
  { key: 'c.jpg', tags: { 'things:cat': 0.8, 'places:beach': 0.6 }, embedding: [0, 1, 0, 0] },
  { key: '2024/d.jpg', status: 'failed', reasonCode: 'corrupt', reason: 'broken' },
];

const HASH = '0123456789abcdef';

describe('openImageSearch', () => {
  const keysOf = async (query: string, world: Awaited<ReturnType<typeof searchedWorld>>) =>
    (await world.search.search({ query, limit: 10 })).images.map(({ key }) => key);

  it('finds images by labels, best first, and multiplies the scores', async () => {
    const world = await searchedWorld(PICTURES);
    const { images, total, understood } = await world.search.search({ query: 'dog', limit: 10 });
    expect(images.map(({ key, score }) => [key, score])).toEqual([
      ['a.jpg', 0.9],
      ['b.jpg', 0.7],
    ]);
    expect([total, understood]).toEqual([2, 'label:dog']);
    expect((await world.search.search({ query: 'dog beach', limit: 10 })).images[0]?.score).toBeCloseTo(0.45);
  });

  it('gives all images, the newest first, for an empty query', async () => {
    const world = await searchedWorld(PICTURES);
    expect(await keysOf('', world)).toEqual(['2024/d.jpg', 'c.jpg', 'b.jpg', 'a.jpg']);
  });

  it('pages through', async () => {
    const world = await searchedWorld(PICTURES);
    const first = await world.search.search({ query: '', limit: 3, wantsFacets: true });
    const second = await world.search.search({ query: '', limit: 3, cursor: first.cursor });
    expect([...first.images, ...second.images].map(({ key }) => key)).toEqual(await keysOf('', world));
    expect(second.cursor).toBeUndefined();
    expect(first.facets?.[0]).toEqual({ set: 'things', label: 'dog', count: 2 });
  });

  it('finds by text', async () => {
    const world = await searchedWorld([
      ...PICTURES,
      ...Array.from({ length: 20 }, (_, i) => ({ key: `x${i}`, embedding: [0, 0.1 * i, 1, 1] })),
    ]);
    const answer = await world.search.search({ query: '"a sunset"', limit: 10 });
    expect(answer.images.map(({ key }) => key)).toEqual(['a.jpg', 'b.jpg']);
    const all = await world.search.search({ query: '"a sunset"', limit: 10, isAll: true });
    expect(all.images.map(({ isBeyond = false }) => isBeyond)).toEqual([
      false,
      false,
      ...Array(8).fill(true),
    ]);
  });

  it('shows an image that falls while its page is read where it has fallen to, and tells the collection', async () => {
    let writes = 0;
    const world = await searchedWorld(
      [0.9, 0.8, 0.7, 0.6].map((score, i) => ({ key: `${i}.jpg`, tags: { 'things:dog': score } })),
      {
        beforeRead: async ({ put }) => {
          if (writes++ === 0)
            await put(
              { key: '0.jpg', tags: { 'things:dog': 0.65, 'things:cat': 1 }, differenceHash: HASH },
              false,
            );
        },
      },
    );
    const first = await world.search.search({ query: 'dog', limit: 2 });
    const second = await world.search.search({ query: 'dog', limit: 2, cursor: first.cursor });
    expect([first, second].map(({ images }) => images.map(({ key }) => key))).toEqual([
      ['1.jpg', '2.jpg'],
      ['0.jpg', '3.jpg'],
    ]);
    expect(await world.search.labelCounts()).toContainEqual({ set: 'things', label: 'cat', count: 1 });
    const row = world.collection.rowOf({ bucket: 'photos', key: '0.jpg' });
    expect(world.collection.hashOf(row)).toEqual([0x01234567, 0x89abcdef]);
  });

  it('shows an image that rises while its page is read on that page', async () => {
    let writes = 0;
    const world = await searchedWorld(
      [0.9, 0.8, 0.7, 0.6].map((score, i) => ({ key: `${i}.jpg`, tags: { 'things:dog': score } })),
      {
        beforeRead: async ({ put }) => {
          if (writes++ === 1) await put({ key: '2.jpg', tags: { 'things:dog': 1 } }, false);
        },
      },
    );
    const first = await world.search.search({ query: 'dog', limit: 2 });
    const second = await world.search.search({ query: 'dog', limit: 2, cursor: first.cursor });
    expect(second.images.map(({ key, score }) => [key, score])).toEqual([
      ['2.jpg', 1],
      ['3.jpg', 0.6],
    ]);
  });

  it('asks the text encoder once for the pages of a query', async () => {
    const world = await searchedWorld(PICTURES);
    const first = await world.search.search({
      query: '"a sunset" OR "water" + "horse" - "a sunset"',
      limit: 1,
      isAll: true,
    });
    await world.search.search({
      query: '"a sunset" OR "water" + "horse" - "a sunset"',
      limit: 1,
      isAll: true,
      cursor: first.cursor,
    });
    expect(world.encoded).toEqual(['a sunset', 'water', 'horse']);
  });

  it('finds the images that are similar to one, itself first, in whichever bucket it is', async () => {
    const others = Array.from({ length: 20 }, (_, i) => ({ key: `x${i}`, embedding: [0, 0.01 * i, 1, 1] }));
    const world = await searchedWorld([...PICTURES, ...others, { key: 'a.jpg', bucket: 'other' }]);
    const { images } = await world.search.search({ query: 'similar:s3://photos/a.jpg', limit: 10 });
    expect(images.map(({ key }) => key)).toEqual(['a.jpg', 'b.jpg']);
    expect((await world.search.search({ query: 'similar:b.jpg', limit: 10 })).images[0]?.key).toBe('b.jpg');
  });

  it.each([
    ['similar:none.jpg', 9, 'the key of an image that is there', 'none.jpg'],
    ['dog similar:a.jpg', 13, 'one image (s3://other/a.jpg or s3://photos/a.jpg)', 'a.jpg'],
    ['similar:2024/d.jpg', 9, 'an image with an embedding of model small-model', '2024/d.jpg (failed)'],
    ['cat "sunset" - "sunset"', 5, 'texts that do not cancel each other out', '1*sunset + -1*sunset'],
  ])('rejects %s at column %d', async (query, column, expected, received) => {
    const world = await searchedWorld([...PICTURES, { key: 'a.jpg', bucket: 'other' }]);
    await expect(world.search.search({ query, limit: 1 })).rejects.toMatchObject({
      code: 'invalid-query',
      column,
      expected,
      received,
    });
  });

  it.each([0, -1, 1.5, 501, Number.NaN])('rejects a page of %d images', async (limit) => {
    const world = await searchedWorld([]);
    await expect(world.search.search({ query: '', limit })).rejects.toThrow(
      `from 1 to 500 but received ${limit}`,
    );
  });

  it('gives a page for an empty table, and for a collection that holds nothing but images that are gone', async () => {
    const empty = { images: [], total: 0 };
    expect(await (await searchedWorld([])).search.search({ query: '"a"', limit: 5 })).toMatchObject({
      ...empty,
      beyond: 0,
    });
    const world = await searchedWorld(PICTURES);
    for (const { key } of PICTURES) await world.put({ key, status: 'deleted' }, false);
    const answer = await world.search.search({ query: '', limit: 2 });
    expect(answer).toEqual({ understood: '', ...empty });
  });

  it('knows a label from the moment that an image carries it', async () => {
    const world = await searchedWorld(PICTURES);
    const understood = async () => (await world.search.search({ query: 'zebra', limit: 1 })).understood;
    expect(await understood()).toBe('"zebra"');
    await world.put({ key: 'z.jpg', tags: { 'learned:zebra': 0.9 } });
    expect(await understood()).toBe('label:zebra');
    await world.put({ key: 'z.jpg', tags: { 'learned:okapi': 0.9 } });
    expect(await understood()).toBe('"zebra"');
  });

  it('evaluates a query once for all of its pages, until the collection changes', async () => {
    const collection = recordCollection(MODEL);
    let products = 0;
    const counting: ChangingCollection = Object.create(collection, {
      cosines: {
        value: (vector: Float32Array) => {
          products++;
          return collection.cosines(vector);
        },
      },
    });
    const world = await searchedWorld(PICTURES, { collection: counting });
    const request = { query: '"sunset"', limit: 1, isAll: true };
    const first = await world.search.search(request);
    const second = await world.search.search({ ...request, cursor: first.cursor });
    await world.search.search({ ...request, cursor: second.cursor });
    expect(products).toBe(1);
    await world.put({ key: 'new.jpg', embedding: [1] });
    await world.search.search({ ...request, cursor: second.cursor });
    expect(products).toBe(2);
    // The relevance of a cursor is not that of a first page.
    await world.search.search(request);
    expect(products).toBe(3);
  });

  it('gives a short page and a cursor rather than look for images without end', async () => {
    const pictures = Array.from({ length: 30 }, (_, i) => ({
      key: `${i + 10}.jpg`,
      tags: { 'things:dog': 0.5 },
    }));
    const world = await searchedWorld(pictures);
    for (const { key } of pictures.slice(0, 25)) await world.put({ key }, false);
    const first = await world.search.search({ query: 'dog', limit: 1, order: 'name' });
    expect(first.images).toEqual([]);
    const second = await world.search.search({ query: 'dog', limit: 1, order: 'name', cursor: first.cursor });
    expect(second.images.map(({ key }) => key)).toEqual(['35.jpg']);
  });

  it('shows exact scores where the collection has rounded embeddings, the best first on each page', async () => {
    const collection = changingCollection({ modelDigest: MODEL, embeddingSize: 4 });
    const pictures = Array.from({ length: 40 }, (_, i) => ({
      key: `${i}.jpg`,
      embedding: [Math.sin(i) + 1, i % 3, 1, 0.1],
    }));
    const world = await searchedWorld(pictures, { collection });
    const request = { query: '"sunset"', limit: 7, isAll: true };
    const found: string[] = [];
    for (let cursor: string | undefined, page = 0; page === 0 || cursor !== undefined; page++) {
      const answer = await world.search.search({ ...request, cursor });
      const scores = answer.images.map(({ score = -1 }) => score);
      expect(scores).toEqual(scores.toSorted((a, b) => b - a));
      found.push(...answer.images.map(({ key }) => key));
      cursor = answer.cursor;
    }
    expect(found.toSorted()).toEqual(pictures.map(({ key }) => key).toSorted());
    const exact = await (await searchedWorld(pictures)).search.search({ ...request, limit: 40 });
    const rounded = await world.search.search({ ...request, limit: 40 });
    const scoreOf = new Map(exact.images.map(({ key, score }) => [key, score]));
    for (const { key, score = -1 } of rounded.images) expect(score).toBeCloseTo(scoreOf.get(key) ?? -1, 2);
  });

  describe('similar', () => {
    const others = Array.from({ length: 20 }, (_, i) => ({ key: `x${i}`, embedding: [0, 0.01 * i, 1, 1] }));
    const to = { bucket: 'photos', key: 'a.jpg' };

    it('finds what is similar to an image, or to a picture from elsewhere, among the images that fit a query', async () => {
      const { search } = await searchedWorld([...PICTURES, ...others]);
      const keys = async (request: Omit<Parameters<typeof search.similar>[0], 'limit'>) =>
        (await search.similar({ ...request, limit: 5 })).images.map(({ key }) => key);
      expect(await keys({ to }), 'but not itself').toEqual(['b.jpg']);
      expect(await keys({ to, query: '-beach' })).toEqual(['b.jpg']);
      expect(await keys({ to: { embedding: Float32Array.of(1, 0, 0, 0) } })).toEqual(['a.jpg', 'b.jpg']);
      expect(await keys({ to, isAll: true })).toEqual(['b.jpg', 'c.jpg', 'x0', 'x1', 'x10']);
    });

    it('is sorted by likeness alone, and says how the query was understood', async () => {
      const { search } = await searchedWorld([...PICTURES, ...others]);
      const { images } = await search.similar({ to, limit: 5 });
      const among = await search.similar({ to, query: 'puppy', limit: 5 });
      expect(among.images).toEqual(images);
      expect(among.understood).toBe('label:dog');
    });

    it('gives page after page, each cursor for the same image and query', async () => {
      const { search } = await searchedWorld([...PICTURES, ...others]);
      const page = { limit: 1, isAll: true };
      const first = await search.similar({ to, ...page });
      const second = await search.similar({ to, ...page, cursor: first.cursor });
      expect([first, second].map(({ images }) => images[0]?.key)).toEqual(['b.jpg', 'c.jpg']);
      for (const other of [
        { to: { ...to, key: 'b.jpg' } },
        { to, query: 'dog' },
        { to: { embedding: Float32Array.of(1, 0, 0, 0) } },
      ]) {
        await expect(search.similar({ ...other, ...page, cursor: first.cursor })).rejects.toMatchObject({
          code: 'invalid-cursor',
        });
      }
    });

    it.each([
      ['none', 'no-image', 'There is no image s3://photos/none'],
      ['2024/d.jpg', 'not-tagged', 'by model small-model but s3://photos/2024/d.jpg is failed'],
    ])('rejects %s with %s, for no column of a query is wrong', async (key, code, message) => {
      const { search } = await searchedWorld(PICTURES);
      const similar = search.similar({ to: { bucket: 'photos', key }, limit: 1 });
      await expect(similar).rejects.toMatchObject({ code, message: expect.stringContaining(message) });
      await expect(similar).rejects.not.toHaveProperty('column');
    });
  });

  it('gives all that fits a query to those who work on all of it', async () => {
    const { search } = await searchedWorld(PICTURES);
    expect((await search.evaluation('dog')).total).toBe(2);
    expect((await search.evaluation('dog')).has(0)).toBe(true);
    expect((await search.evaluation('dog')).has(3)).toBe(false);
  });
});
