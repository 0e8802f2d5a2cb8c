import { describe, expect, it } from 'vitest';
import { correctImage } from '../../../../../functions/core/records/correct-image.ts';
import { duplicatesSearch } from '../../../../../functions/core/search/duplicates/duplicates-search.ts';
import type { ImageSearch } from '../../../../../functions/core/search/image-search.ts';
import { type Picture, type SearchedWorld, searchedWorld } from '../searched-world.ts';

const HASH = '123456789abcdef0';
/** Like {@link HASH} but for one bit, and for nine. */
const [ONE_BIT, NINE_BITS] = ['123456789abcdef1', '123456789abcd00f'];

const copy = (key: string, change: Partial<Picture> = {}): Picture => ({
  key,
  width: 400,
  height: 300,
  sizeBytes: 1000,
  embedding: [1, 0, 0, 0],
  differenceHash: HASH,
  ...change,
});

function duplicatesOf(
  { collection, table }: SearchedWorld,
  fits: (key: string) => boolean = () => true,
): ImageSearch['duplicates'] {
  return duplicatesSearch({ collection, table, fitting: async () => (image) => fits(image.key) });
}

const keysOf = async (answer: ReturnType<ImageSearch['duplicates']>) =>
  (await answer).groups.map(({ images }) => images.map(({ key }) => key));

describe('duplicatesSearch', () => {
  it('shows groups as records have them: the largest first, then the larger file, then the sharper', async () => {
    const world = await searchedWorld([
      copy('blurred.jpg', { sharpness: 10 }),
      copy('heavy.jpg', { sizeBytes: 2000 }),
      copy('large.jpg', { width: 800, height: 600, differenceHash: ONE_BIT }),
      copy('sharp.jpg', { sharpness: 300 }),
      copy('alone.jpg', { embedding: [0, 0, 1, 0] }),
    ]);
    const answer = await duplicatesOf(world)({ kind: 'photo', limit: 10 });
    expect(answer).toMatchObject({ total: 1, groups: [{ kind: 'photo' }] });
    expect(answer.cursor).toBeUndefined();
    expect(answer.groups[0]?.images.map(({ key }) => key)).toEqual([
      'large.jpg',
      'heavy.jpg',
      'sharp.jpg',
      'blurred.jpg',
    ]);
    expect(answer.groups[0]?.images[0]).not.toHaveProperty('embedding');
  });

  it('shows those first that a person has corrected, whatever their size', async () => {
    const world = await searchedWorld([
      copy('large.jpg', { width: 800, height: 600 }),
      copy('middle.jpg', { width: 600, height: 450, tags: { 'things:dog': 0.9 } }),
      copy('small.jpg', { tags: { 'things:dog': 0.9 } }),
    ]);
    const change = { add: [], remove: [{ set: 'things', label: 'dog' }], clear: [] };
    const options = { table: world.table, labelSets: [], now: () => new Date() };
    const keys = () => keysOf(duplicatesOf(world)({ kind: 'photo', limit: 10 }));
    await correctImage({ bucket: 'photos', key: 'small.jpg' }, change, options);
    expect(await keys()).toEqual([['small.jpg', 'large.jpg', 'middle.jpg']]);
    await correctImage({ bucket: 'photos', key: 'middle.jpg' }, change, options);
    expect(await keys()).toEqual([['middle.jpg', 'small.jpg', 'large.jpg']]);
    // What a person has taken back is no correction any more.
    const back = { add: [], remove: [], clear: change.remove };
    await correctImage({ bucket: 'photos', key: 'middle.jpg' }, back, options);
    expect(await keys()).toEqual([['small.jpg', 'large.jpg', 'middle.jpg']]);
  });

  it('keeps apart what differs in proportions or in colour', async () => {
    const world = await searchedWorld([
      copy('a.jpg', { colour: '#804020' }),
      copy('b.jpg', { colour: '#9a4c26' }),
      copy('square.jpg', { height: 400, colour: '#804020' }),
      copy('blue.jpg', { colour: '#204080' }),
    ]);
    expect(await keysOf(duplicatesOf(world)({ kind: 'photo', limit: 10 }))).toEqual([['a.jpg', 'b.jpg']]);
  });

  it('takes shots of one hour for one scene, and those of another day for another', async () => {
    const world = await searchedWorld([
      copy('1.jpg', { takenAt: '2025-06-01T10:00:00' }),
      copy('2.jpg', { takenAt: '2025-06-01T10:00:01', differenceHash: NINE_BITS }),
      copy('3.jpg', { takenAt: '2025-06-02T10:00:00' }),
    ]);
    expect(await keysOf(duplicatesOf(world)({ kind: 'scene', limit: 10 }))).toEqual([['1.jpg', '2.jpg']]);
    expect(await keysOf(duplicatesOf(world)({ kind: 'photo', limit: 10 }))).toEqual([['1.jpg', '3.jpg']]);
  });

  it('shows nothing that the records no longer say', async () => {
    const world = await searchedWorld([copy('a.jpg'), copy('b.jpg'), copy('c.jpg')]);
    const duplicates = duplicatesOf(world);
    expect(await keysOf(duplicates({ kind: 'photo', limit: 10 }))).toEqual([['a.jpg', 'b.jpg', 'c.jpg']]);
    await world.put({ key: 'a.jpg', status: 'deleted' }, false);
    expect(await keysOf(duplicates({ kind: 'photo', limit: 10 }))).toEqual([['b.jpg', 'c.jpg']]);
    await world.put(copy('c.jpg', { embedding: [0, 1, 0, 0] }), false);
    expect(await keysOf(duplicates({ kind: 'photo', limit: 10 }))).toEqual([]);
  });

  it('looks only among the images that fit', async () => {
    const world = await searchedWorld([copy('trip/a.jpg'), copy('trip/b.jpg'), copy('home/c.jpg')]);
    const among = (prefix: string) =>
      keysOf(duplicatesOf(world, (key) => key.startsWith(prefix))({ kind: 'photo', limit: 9 }));
    expect(await among('trip/')).toEqual([['trip/a.jpg', 'trip/b.jpg']]);
    expect(await among('home/')).toEqual([]);
  });

  it('gives every group once, page by page, while images come', async () => {
    const hashes = [
      '0f0f0f0f0f0f0f0f',
      'f0f0f0f0f0f0f0f0',
      '00ff00ff00ff00ff',
      'ffff0000ffff0000',
      '3333cccc3333cccc',
    ];
    const world = await searchedWorld(
      hashes.flatMap((differenceHash, i) => [
        copy(`${i}-a.jpg`, { differenceHash }),
        copy(`${i}-b.jpg`, { differenceHash }),
      ]),
    );
    const duplicates = duplicatesOf(world);
    const seen: string[][] = [];
    let cursor: string | undefined;
    do {
      const page = await duplicates({ kind: 'photo', limit: 2, cursor });
      expect(page.total).toBe(5);
      seen.push(...page.groups.map(({ images }) => images.map(({ key }) => key)));
      cursor = page.cursor;
      await world.put(copy(`new-${seen.length}.jpg`, { differenceHash: hashes[0] }));
    } while (cursor !== undefined);
    expect(seen).toEqual([0, 1, 2, 3, 4].map((i) => [`${i}-a.jpg`, `${i}-b.jpg`]));
  });

  it('rejects cursors of another kind, of another query, and others', async () => {
    const world = await searchedWorld(
      ['0f0f0f0f0f0f0f0f', 'f0f0f0f0f0f0f0f0'].flatMap((differenceHash) => [
        copy(`${differenceHash}-a.jpg`, { differenceHash }),
        copy(`${differenceHash}-b.jpg`, { differenceHash }),
      ]),
    );
    const duplicates = duplicatesOf(world);
    const { cursor } = await duplicates({ kind: 'photo', limit: 1 });
    expect(cursor).toBeDefined();
    for (const request of [
      { kind: 'scene' as const, limit: 1, cursor },
      { kind: 'photo' as const, query: 'dog', limit: 1, cursor },
      { kind: 'photo' as const, limit: 1, cursor: 'nonsense' },
      { kind: 'photo' as const, limit: 1, cursor: '' },
    ]) {
      await expect(duplicates(request)).rejects.toMatchObject({ code: 'invalid-cursor' });
    }
  });
});
