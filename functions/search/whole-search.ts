import type { PromptEncoder } from '../core/labels/embedding.ts';
import { duplicatesSearch } from '../core/search/duplicates/duplicates-search.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import { type ImageSearchParts, openImageSearch } from '../core/search/open-image-search.ts';
import { freeTextPrompts } from '../core/search/relevance/free-text-prompts.ts';
import { imageRelevance, textRelevance } from '../core/search/relevance/search-relevance.ts';
import type { SearchRelevance } from '../core/search/relevance.ts';

/** How images resemble one another is measured again with so many times more: it is the model's, far more than theirs. */
const GROWTH = 2;

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
  const search = openImageSearch({ ...parts, relevance: relevanceOf(parts) });
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

/** Relevance to texts needs the text encoder, which is asked for with the first text. */
function relevanceOf({ collection, textEncoder }: WholeSearchParts): SearchRelevance {
  let encoder: Promise<PromptEncoder> | undefined;
  let text: Promise<ReturnType<typeof textRelevance>> | undefined;
  let similar: { readonly rows: number; readonly model: ReturnType<typeof imageRelevance> } | undefined;
  const openedEncoder = () => {
    encoder ??= textEncoder();
    encoder.catch(() => {
      encoder = undefined;
      text = undefined;
    });
    return encoder;
  };
  return {
    promptsOf: freeTextPrompts,
    text: async () => {
      text ??= openedEncoder().then((opened) => textRelevance(collection, opened));
      return (await text).model();
    },
    similar: async () => {
      const { rowCount: rows } = collection;
      if (!similar || rows > GROWTH * similar.rows) similar = { rows, model: imageRelevance(collection) };
      return similar.model;
    },
  };
}
