import type { PromptEncoder } from '../core/labels/embedding.ts';
import { duplicatesSearch } from '../core/search/duplicates/duplicates-search.ts';
import type { ImageSearch } from '../core/search/image-search.ts';
import { type ImageSearchParts, openImageSearch } from '../core/search/open-image-search.ts';
import { freeTextPrompts } from '../core/search/relevance/free-text-prompts.ts';
import { imageRelevance, textRelevance } from '../core/search/relevance/search-relevance.ts';
import type { RelevanceModel, SearchRelevance } from '../core/search/relevance.ts';

export interface ComposedSearchParts extends Pick<ImageSearchParts, 'collection' | 'table' | 'labelSets'> {
  /** Of the collection's model. It is asked with the first text that somebody looks for. */
  readonly textEncoder: PromptEncoder;
}

/** Measured again when there are so many times more rows: it is the model's, far more than the images'. */
const GROWTH = 2;

/**
 * Everything that can be asked of a collection: searches, similar images, duplicates, labels.
 *
 * @example
 * const search = composedSearch({ collection, table, labelSets, textEncoder: onnxTextEncoder(model) });
 * const { images } = await search.search({ query: 'dog -people', limit: 50 });
 */
export function composedSearch({ textEncoder, ...parts }: ComposedSearchParts): ImageSearch {
  const { collection, table } = parts;
  const relevance: SearchRelevance = {
    promptsOf: freeTextPrompts,
    text: textRelevance(collection, textEncoder).model,
    similar: similarRelevance(collection),
  };
  const opened = openImageSearch({ ...parts, relevance, textEncoder: async () => textEncoder });
  const duplicates = duplicatesSearch({
    collection,
    table,
    async fitting(query) {
      if (query.trim() === '') return () => true;
      const { has } = await opened.evaluation(query);
      return (image) => has(collection.rowOf(image));
    },
  });
  return { ...opened, duplicates };
}

function similarRelevance(collection: ComposedSearchParts['collection']): () => Promise<RelevanceModel> {
  let measured: { readonly rows: number; readonly model: RelevanceModel } | undefined;
  return async () => {
    const { rowCount } = collection;
    if (!measured || rowCount > GROWTH * measured.rows) {
      measured = { rows: rowCount, model: imageRelevance(collection) };
    }
    return measured.model;
  };
}
