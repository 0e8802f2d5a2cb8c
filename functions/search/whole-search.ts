import type { PromptEncoder } from '../core/labels/embedding.ts';
import { duplicatesSearch } from '../core/search/duplicates/duplicates-search.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import { type ImageSearchParts, openImageSearch } from '../core/search/open-image-search.ts';
import { freeTextPrompts } from '../core/search/relevance/free-text-prompts.ts';
import { imageRelevance, textRelevance } from '../core/search/relevance/search-relevance.ts';
import type { SearchRelevance } from '../core/search/relevance.ts';

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
      const evaluation = await search.evaluation(query);
      return (image) => evaluation.positionOf(image)?.isBeyond === false;
    },
  });
  return { search: search.search, similar: search.similar, duplicates, labelCounts: search.labelCounts };
}

/** Relevance to texts needs the text encoder, which is asked for with the first text. */
function relevanceOf({ collection, textEncoder }: WholeSearchParts): SearchRelevance {
  let encoder: Promise<PromptEncoder> | undefined;
  let text: Promise<ReturnType<typeof textRelevance>> | undefined;
  let similar: { readonly version: number; readonly model: ReturnType<typeof imageRelevance> } | undefined;
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
      if (similar?.version !== collection.version) {
        similar = { version: collection.version, model: imageRelevance(collection) };
      }
      return similar.model;
    },
  };
}
