import { describe, expect, it } from 'vitest';
import { type Picture, searchedWorld } from './searched-world.ts';

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
});
