import type { SearchedImage } from '../../../core/search/image-search.ts';
import { imagePages } from '../../search/image-pages.ts';
import type { OpenedSearch } from '../../search/opened-search.ts';
import type { ExportFlags } from './export-flags.ts';

/** An image as it is exported: with the tags that are wanted of it. */
export type ExportedImage = Omit<SearchedImage, 'isBeyond'>;

/** All images that fit a query, by bucket and key; no more than a page of them is held. */
export async function* exportedImages(
  search: OpenedSearch,
  query: string,
  flags: ExportFlags,
): AsyncGenerator<readonly ExportedImage[]> {
  const ask = (page: { limit: number; cursor?: string | undefined }) =>
    search.search({ query, order: 'name', ...page });
  for await (const { images } of imagePages(ask, { limit: Number.MAX_SAFE_INTEGER })) {
    yield images.map(({ isBeyond: _, ...image }) => ({ ...image, tags: wantedTags(image, flags) }));
  }
}

/** The tags of an image that its flags let through, best first. */
function wantedTags({ tags }: SearchedImage, flags: ExportFlags): SearchedImage['tags'] {
  const { set: sets, 'min-score': minimum = '0', top } = flags;
  const wanted = tags.filter(
    ({ set, score }) => score >= Number(minimum) && (sets === undefined || sets.includes(set)),
  );
  return [...wanted]
    .sort((a, b) => b.score - a.score)
    .slice(0, top === undefined ? wanted.length : Number(top));
}
