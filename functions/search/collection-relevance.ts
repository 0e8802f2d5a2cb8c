import type { PromptEncoder } from '../core/labels/embedding.ts';
import type { ImageCollection } from '../core/search/image-collection.ts';
import type { ImageSearchParts } from '../core/search/open-image-search.ts';
import { freeTextPrompts } from '../core/search/relevance/free-text-prompts.ts';
import { imageRelevance, textRelevance } from '../core/search/relevance/search-relevance.ts';
import type { SearchRelevance } from '../core/search/relevance.ts';

/** How images resemble one another is measured again with so many times more: it is the model's, far more than theirs. */
const GROWTH = 2;

/**
 * Relevance that a collection itself tells. That of texts needs the text encoder, which is asked for with the first text.
 */
export function collectionRelevance({
  collection,
  textEncoder,
}: Pick<ImageSearchParts, 'textEncoder'> & { readonly collection: ImageCollection }): SearchRelevance {
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
