import { describe, expect, it } from 'vitest';
import type { PromptEncoder } from '../../../functions/core/labels/embedding.ts';
import { BACKGROUND_TEXTS } from '../../../functions/core/search/relevance/background-texts.ts';
import { wholeSearch } from '../../../functions/search/whole-search.ts';
import { MODEL, type Picture, searchedWorld, textVector } from '../core/search/searched-world.ts';

const PICTURES: readonly Picture[] = [
  { key: 'trip/a.jpg', embedding: [1, 0, 0, 0], differenceHash: '123456789abcdef0', width: 20, height: 10 },
  { key: 'trip/b.jpg', embedding: [1, 0, 0, 0], differenceHash: '123456789abcdef1', width: 40, height: 20 },
  { key: 'home/c.jpg', embedding: [1, 0, 0, 0], differenceHash: '123456789abcdef0', width: 80, height: 40 },
  { key: 'home/d.jpg', embedding: [0, 0, 1, 0], differenceHash: 'ffff0000ffff0000' },
];

async function opened(textEncoder?: () => Promise<PromptEncoder>) {
  const world = await searchedWorld(PICTURES);
  const encoded: string[] = [];
  const encoder: PromptEncoder = {
    modelDigest: MODEL,
    logitScale: 12,
    encode: async (texts) => {
      encoded.push(...texts);
      return texts.map((text) => ({
        modelDigest: MODEL,
        // What no picture shows: the fourth of four axes.
        values: BACKGROUND_TEXTS.includes(text) ? Float32Array.of(0, 0, 0, 1) : textVector(text),
      }));
    },
  };
  const search = wholeSearch({
    collection: world.collection,
    table: world.table,
    labelSets: [],
    textEncoder: textEncoder ?? (async () => encoder),
  });
  return { ...world, search, encoded };
}

describe('wholeSearch', () => {
  it('finds what is relevant to a text, by its prompts and against the background', async () => {
    const { search, encoded } = await opened();
    const { images, total, beyond } = await search.search({ query: '"sunset"', limit: 10 });
    expect(images.map(({ key }) => key).sort()).toEqual(['home/c.jpg', 'trip/a.jpg', 'trip/b.jpg']);
    expect({ total, beyond }).toEqual({ total: 3, beyond: 1 });
    expect(encoded).toEqual(expect.arrayContaining(['sunset', 'a photo of sunset', ...BACKGROUND_TEXTS]));
    expect((await search.search({ query: '"stripes"', limit: 10 })).total).toBe(0);
  });

  it('encodes the background once', async () => {
    const { search, encoded } = await opened();
    await search.search({ query: '"sunset"', limit: 10 });
    await search.search({ query: '"water"', limit: 10 });
    expect(encoded).toHaveLength(BACKGROUND_TEXTS.length + 4);
  });

  it('tries again after a text encoder that could not be opened', async () => {
    let attempts = 0;
    const { search } = await opened(async () => {
      attempts++;
      throw new Error('no model here');
    });
    for (const attempt of [1, 2]) {
      await expect(search.search({ query: '"sunset"', limit: 1 })).rejects.toThrow('no model here');
      expect(attempts).toBeGreaterThanOrEqual(attempt);
    }
  });

  it('finds images similar to one, without it', async () => {
    const { search } = await opened();
    const to = { bucket: 'photos', key: 'trip/a.jpg' };
    const { images } = await search.similar({ to, limit: 10 });
    expect(images.map(({ key }) => key).sort()).toEqual(['home/c.jpg', 'trip/b.jpg']);
  });

  it('leaves out the image that is asked for, and not its copy that was asked for before', async () => {
    const { search } = await opened();
    const keysLike = async (to: Parameters<typeof search.similar>[0]['to']) =>
      (await search.similar({ to, limit: 10 })).images.map(({ key }) => key).sort();
    await keysLike({ bucket: 'photos', key: 'trip/a.jpg' });
    expect(await keysLike({ bucket: 'photos', key: 'trip/b.jpg' })).toEqual(['home/c.jpg', 'trip/a.jpg']);
    const everyCopy = ['home/c.jpg', 'trip/a.jpg', 'trip/b.jpg'];
    expect(await keysLike({ embedding: Float32Array.of(1, 0, 0, 0) })).toEqual(everyCopy);
    expect(await keysLike({ bucket: 'photos', key: 'trip/a.jpg' })).toEqual(['home/c.jpg', 'trip/b.jpg']);
  });

  it('groups duplicates among the images that fit a query', async () => {
    const { search } = await opened();
    const keys = async (query?: string) =>
      (await search.duplicates({ kind: 'photo', query, limit: 10 })).groups.map(({ images }) =>
        images.map(({ key }) => key),
      );
    expect(await keys()).toEqual([['home/c.jpg', 'trip/b.jpg', 'trip/a.jpg']]);
    expect(await keys('prefix:trip/')).toEqual([['trip/b.jpg', 'trip/a.jpg']]);
    expect(await keys('prefix:home/')).toEqual([]);
    await expect(keys('score>')).rejects.toMatchObject({ code: 'invalid-query' });
  });

  it('counts labels', async () => {
    const { search, put } = await opened();
    await put({ key: 'dog.jpg', tags: { 'things:dog': 0.9 } });
    expect(await search.labelCounts()).toEqual([{ set: 'things', label: 'dog', count: 1 }]);
  });
});
