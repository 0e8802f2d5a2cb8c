import { MAXIMUM_PAGE_SIZE, type SearchAnswer } from '../../core/search/image-search.ts';

/** Asks for a page. */
export type AskPage = (page: {
  readonly limit: number;
  readonly cursor?: string | undefined;
}) => Promise<SearchAnswer>;

/** The pages of an answer, up to a number of images. There is one at least. */
export async function* imagePages(
  ask: AskPage,
  { limit, cursor: first }: { readonly limit: number; readonly cursor?: string | undefined },
): AsyncGenerator<SearchAnswer> {
  let left = limit;
  let cursor = first;
  do {
    const page = await ask({ limit: Math.min(left, MAXIMUM_PAGE_SIZE), cursor });
    yield page;
    left -= page.images.length;
    cursor = page.cursor;
  } while (cursor !== undefined && left > 0);
}
