import { digestOf } from '../digest.ts';
import { InvalidInput } from '../errors.ts';
import { embeddingToBytes, type PromptEncoder } from '../labels/embedding.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { TagTable } from '../records/tag-table.ts';
import type { Evaluation } from './evaluation.ts';
import type { ChangingCollection } from './image-collection.ts';
import { imageContent } from './image-content.ts';
import {
  type ImageSearch,
  MAXIMUM_PAGE_SIZE,
  type SearchAnswer,
  type SearchRequest,
  type SimilarRequest,
} from './image-search.ts';
import { parseQuery } from './language/parser.ts';
import type { SimilarCondition } from './language/query.ts';
import { allOf } from './language/query-parts.ts';
import { queryText } from './language/query-text.ts';
import { type Vocabulary, vocabularyOf } from './language/vocabulary.ts';
import { type PlannedQuery, queryAnswers } from './query-answer.ts';
import { queryVectors } from './query-vectors.ts';
import { plainSearchRelevance, type SearchRelevance } from './relevance.ts';
import { readSearched } from './searched-record.ts';

export interface ImageSearchParts {
  readonly collection: ChangingCollection;
  /** The table that the collection is of. */
  readonly table: Pick<TagTable, 'readBatch'>;
  /** What labels are called; a function where label sets come and go. */
  readonly labelSets: readonly LabelSet[] | (() => readonly LabelSet[]);
  /** The text encoder of the collection's model; it is asked for with the first text. */
  readonly textEncoder: () => Promise<PromptEncoder>;
  /** Which images are relevant to a text, and to an image's content. @default {@link plainSearchRelevance} */
  readonly relevance?: SearchRelevance | undefined;
}

export interface OpenedImageSearch extends Pick<ImageSearch, 'search' | 'similar' | 'labelCounts'> {
  /**
   * All images that fit a query, by the collection as it is after the call; to be used before anything else has its turn.
   *
   * @throws {InvalidQuery}
   */
  evaluation(query: string): Promise<Evaluation>;
}

/**
 * A search over the images of a table, by a collection of them in memory.
 *
 * @example
 * const search = openImageSearch({ collection, table, labelSets, textEncoder: async () => model.text });
 * const { images, total } = await search.search({ query: 'dog -label:beach score>0.6', limit: 50 });
 */
export function openImageSearch(parts: ImageSearchParts): OpenedImageSearch {
  const { collection, table, relevance = plainSearchRelevance } = parts;
  const vocabularyNow = vocabularies(parts);
  const answers = queryAnswers({ collection, table, relevance });
  const vectorsOf = queryVectors({
    collection,
    textEncoder: parts.textEncoder,
    promptsOf: relevance.promptsOf,
    readRecords: (images) => readSearched(images, table, true),
  });

  async function planOf(query: string): Promise<PlannedQuery> {
    const vocabulary = vocabularyNow();
    const parsed = parseQuery(query, vocabulary);
    const understood = queryText(parsed.query, vocabulary);
    return { query: parsed.query, vectors: await vectorsOf(parsed), understood };
  }

  async function search(request: SearchRequest): Promise<SearchAnswer> {
    requireLimit(request.limit);
    return answers.answer(await planOf(request.query), request);
  }

  async function similar({ to, query = '', ...page }: SimilarRequest): Promise<SearchAnswer> {
    requireLimit(page.limit);
    const among = await planOf(query);
    const condition: SimilarCondition = { kind: 'similar', key: '', ...('key' in to && to) };
    const content = 'key' in to ? await imageContent(to, parts) : to.embedding;
    // Twice not: an image that fits, with no score of its own.
    const fits = { kind: 'not', of: { kind: 'not', of: among.query } } as const;
    // Nobody looks for the image that is at hand.
    const others = 'key' in to ? [{ kind: 'not', of: { kind: 'image', ...to } } as const] : [];
    const planned = {
      query: allOf([condition, ...others, ...(among.query.kind === 'every-image' ? [] : [fits])]),
      vectors: new Map([[condition, content], ...among.vectors]),
      understood: among.understood,
    };
    return answers.answer(planned, { ...page, query: `${identityOf(to)} ${query}` });
  }

  return {
    search,
    similar,
    labelCounts: async () => collection.labelCounts(),
    evaluation: async (query) => answers.evaluation(await planOf(query)),
  };
}

/** What a cursor of similar images belongs to. */
function identityOf(to: SimilarRequest['to']): string {
  if ('key' in to) return `${to.bucket}/${to.key}`;
  return digestOf([...embeddingToBytes({ modelDigest: '', values: to.embedding })]);
}

function requireLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAXIMUM_PAGE_SIZE) return;
  throw new InvalidInput('The search is not as it should be', [
    `limit: expected a whole number from 1 to ${MAXIMUM_PAGE_SIZE} but received ${limit}`,
  ]);
}

/** The vocabulary changes with the label sets, and when images carry other labels than before. */
function vocabularies({ collection, labelSets }: ImageSearchParts): () => Vocabulary {
  const labelSetsNow = typeof labelSets === 'function' ? labelSets : () => labelSets;
  let version = -1;
  let known = new Set<string>();
  let used: readonly LabelSet[] | undefined;
  let vocabulary: Vocabulary | undefined;
  return () => {
    const sets = labelSetsNow();
    if (vocabulary && version === collection.version && sets === used) return vocabulary;
    version = collection.version;
    const carried = collection.labelCounts();
    const names = carried.map(({ set, label }) => `${set}:${label}`);
    const isSame = names.length === known.size && names.every((name) => known.has(name));
    if (!vocabulary || !isSame || sets !== used) {
      known = new Set(names);
      used = sets;
      vocabulary = vocabularyOf(sets, carried);
    }
    return vocabulary;
  };
}
