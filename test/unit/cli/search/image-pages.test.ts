import { expect, it } from 'vitest';
import { type AskPage, imagePages } from '../../../../functions/cli/search/image-pages.ts';
import type { SearchedImage } from '../../../../functions/core/search/image-search.ts';

/** Asks a search that finds so many images, and counts as cursors. */
function searchOf(total: number) {
  const asked: unknown[] = [];
  const ask: AskPage = async (page) => {
    asked.push(page);
    const from = Number(page.cursor ?? 0);
    const end = Math.min(total, from + page.limit);
    const images = Array.from({ length: end - from }, () => ({}) as SearchedImage);
    return { understood: '', images, total, ...(end < total && { cursor: String(end) }) };
  };
  return { ask, asked };
}

async function lengthsOf(total: number, limit: number, cursor?: string) {
  const { ask, asked } = searchOf(total);
  const lengths: number[] = [];
  for await (const { images } of imagePages(ask, { limit, cursor })) lengths.push(images.length);
  return { lengths, asked };
}

it('asks for pages of at most 500 images, up to the limit and no further', async () => {
  expect(await lengthsOf(10_000, 1_200)).toEqual({
    lengths: [500, 500, 200],
    asked: [
      { limit: 500, cursor: undefined },
      { limit: 500, cursor: '500' },
      { limit: 200, cursor: '1000' },
    ],
  });
});

it('ends where the answer ends, and asks once where nothing is found', async () => {
  expect((await lengthsOf(501, 5_000)).lengths).toEqual([500, 1]);
  expect((await lengthsOf(0, 20)).lengths).toEqual([0]);
});

it('begins after a cursor', async () => {
  expect((await lengthsOf(600, 50, '590')).lengths).toEqual([10]);
});
