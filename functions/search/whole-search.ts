import { duplicatesSearch } from '../core/search/duplicates/duplicates-search.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import { type ImageSearchParts, openImageSearch } from '../core/search/open-image-search.ts';
import { collectionRelevance } from './collection-relevance.ts';

export type WholeSearchParts = Omit<ImageSearchParts, 'relevance'>;

/**
 * All that may be asked of a collection and its table: search, similar images, duplicates and labels, with relevance that the
 * collection itself tells.
 *
 * @example
 * const search = wholeSearch({ collection, table, labelSets, textEncoder });
 * const { groups } = await search.duplicates({ kind: 'photo', limit: 20 });
 */
export function wholeSearch(parts: WholeSearchParts): ImageSearch {
  const { collection, table } = parts;
  const search = openImageSearch({ ...parts, relevance: collectionRelevance(parts) });
  const duplicates = duplicatesSearch({
    collection,
    table,
    fitting: async (query) => {
      if (query.trim() === '') return () => true;
      const { has } = await search.evaluation(query);
      return (image) => has(collection.rowOf(image));
    },
  });
  return { search: search.search, similar: search.similar, duplicates, labelCounts: search.labelCounts };
}
