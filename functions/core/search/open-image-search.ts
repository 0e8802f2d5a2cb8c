import { InvalidInput } from '../errors.ts';
import type { PromptEncoder } from '../labels/embedding.ts';
import type { LabelSet } from '../labels/label-set.ts';
import type { TagTable } from '../records/tag-table.ts';
import { type AnswerPage, answerPage } from './answer-page.ts';
import { type Cursor, cursorOf, cursorText, invalidCursor } from './cursor.ts';
import { type EvaluatedQuery, type Evaluation, evaluate, vectorConditions } from './evaluation.ts';
import type { ChangingCollection } from './image-collection.ts';
import {
  type ImageSearch,
  MAXIMUM_PAGE_SIZE,
  type SearchAnswer,
  type SearchRequest,
} from './image-search.ts';
import { parseQuery } from './parser.ts';
import type { Query } from './query.ts';
import { givesScores } from './query-parts.ts';
import { queryText } from './query-text.ts';
import { queryVectors } from './query-vectors.ts';
import {
  plainRelevance,
  plainSearchRelevance,
  type Relevance,
  type RelevanceModel,
  type SearchRelevance,
} from './relevance.ts';
import { readSearched } from './searched-record.ts';
import { type Vocabulary, vocabularyOf } from './vocabulary.ts';

export interface ImageSearchParts {
  readonly collection: ChangingCollection;
  /** The table that the collection is of. */
  readonly table: Pick<TagTable, 'readBatch'>;
  /** What labels are called. */
  readonly labelSets: readonly LabelSet[];
  /** The text encoder of the collection's model; it is asked for with the first text. */
  readonly textEncoder: () => Promise<PromptEncoder>;
  /** Which images are relevant to a text, and to an image's content. @default {@link plainSearchRelevance} */
  readonly relevance?: SearchRelevance | undefined;
}

/**
 * A search over the images of a table, by a collection of them in memory.
 *
 * @example
 * const search = openImageSearch({ collection, table, labelSets, textEncoder: async () => model.text });
 * const { images, total } = await search.search({ query: 'dog -label:beach score>0.6', limit: 50 });
 */
export function openImageSearch(parts: ImageSearchParts): Pick<ImageSearch, 'search' | 'labelCounts'> {
  const { collection, table, relevance = plainSearchRelevance } = parts;
  const vocabularyNow = vocabularies(parts);
  const evaluationNow = evaluations(collection);
  const vectorsOf = queryVectors({
    collection,
    textEncoder: parts.textEncoder,
    promptsOf: relevance.promptsOf,
    readRecords: (images) => readSearched(images, table, true),
  });

  async function search(request: SearchRequest): Promise<SearchAnswer> {
    requireLimit(request.limit);
    const vocabulary = vocabularyNow();
    const parsed = parseQuery(request.query, vocabulary);
    const { query } = parsed;
    const order = request.order ?? (givesScores(query) ? 'best' : 'newest');
    const cursorRequest = { query: request.query, isAll: request.isAll, order };
    const cursor = request.cursor === undefined ? undefined : cursorOf(request.cursor, cursorRequest);
    const understood = queryText(query, vocabulary);
    const vectors = await vectorsOf(parsed);
    const models = await relevanceModels(query, relevance);
    const frozen = cursor && relevancesOf(cursor, models);
    const page = await answerPage(
      {
        checked: { query, vectors, isAll: request.isAll ?? false },
        order,
        limit: request.limit,
        after: cursor?.position,
        wantsFacets: request.wantsFacets ?? false,
        evaluation: frozenEvaluation(understood, { query, vectors }, models, frozen),
      },
      { collection, table },
    );
    return answerOf(page, understood, (position) =>
      cursorText(
        { position, relevances: page.evaluation.relevances.map(({ numbers }) => numbers) },
        cursorRequest,
      ),
    );
  }

  /** The relevance that the first evaluation has found stays, whatever the collection becomes meanwhile. */
  function frozenEvaluation(
    understood: string,
    evaluated: Pick<EvaluatedQuery, 'query' | 'vectors'>,
    models: readonly RelevanceModel[],
    given: readonly Relevance[] | undefined,
  ): () => Evaluation {
    let frozen = given;
    return () => {
      const relevanceOf: EvaluatedQuery['relevanceOf'] = (cosines, place) =>
        frozen?.[place] ?? (models[place] ?? plainRelevance).of(cosines);
      const evaluation = evaluationNow(understood, { ...evaluated, relevanceOf }, frozen);
      frozen ??= evaluation.relevances;
      return evaluation;
    };
  }

  return { search, labelCounts: async () => collection.labelCounts() };
}

function answerOf(
  { images, end, evaluation, facets }: AnswerPage,
  understood: string,
  cursor: (end: NonNullable<AnswerPage['end']>) => string,
): SearchAnswer {
  return {
    understood,
    images,
    total: evaluation.total,
    ...(evaluation.beyond !== undefined && { beyond: evaluation.beyond }),
    ...(facets && { facets }),
    ...(end && { cursor: cursor(end) }),
  };
}

function requireLimit(limit: number): void {
  if (Number.isInteger(limit) && limit >= 1 && limit <= MAXIMUM_PAGE_SIZE) return;
  throw new InvalidInput('The search is not as it should be', [
    `limit: expected a whole number from 1 to ${MAXIMUM_PAGE_SIZE} but received ${limit}`,
  ]);
}

/** For each text and similar image. */
async function relevanceModels(query: Query, relevance: SearchRelevance): Promise<readonly RelevanceModel[]> {
  return Promise.all(vectorConditions(query).map(({ kind }) => relevance[kind]()));
}

/** The relevance of each text and similar image, as the first page has found it. */
function relevancesOf({ relevances }: Cursor, models: readonly RelevanceModel[]): readonly Relevance[] {
  const made = models.map((model, place) => model.from(relevances[place] ?? []));
  const whole = made.filter((relevance) => relevance !== undefined);
  if (whole.length === models.length && relevances.length === models.length) return whole;
  throw invalidCursor('a cursor with the relevance of each text of the query', JSON.stringify(relevances));
}

/** The vocabulary changes with the labels that images carry. */
function vocabularies({ collection, labelSets }: ImageSearchParts): () => Vocabulary {
  let kept: { readonly version: number; readonly vocabulary: Vocabulary } | undefined;
  return () => {
    if (kept?.version !== collection.version) {
      kept = { version: collection.version, vocabulary: vocabularyOf(labelSets, collection.labelCounts()) };
    }
    return kept.vocabulary;
  };
}

/** Evaluations of the collection as it is; the last one is kept, for its next pages are asked for soon. */
function evaluations(collection: ChangingCollection) {
  let kept:
    | { evaluation: Evaluation; understood: string; vectors: readonly Float32Array[]; isFirst: boolean }
    | undefined;
  return (
    understood: string,
    evaluated: EvaluatedQuery,
    frozen: readonly Relevance[] | undefined,
  ): Evaluation => {
    const vectors = [...evaluated.vectors.values()];
    const isKept =
      kept !== undefined &&
      kept.evaluation.version === collection.version &&
      kept.understood === understood &&
      sameNumbers(kept.vectors, vectors) &&
      (frozen === undefined ? kept.isFirst : hasRelevances(kept.evaluation, frozen));
    if (!kept || !isKept) {
      const evaluation = evaluate(evaluated, collection);
      kept = { evaluation, understood, vectors, isFirst: frozen === undefined };
    }
    return kept.evaluation;
  };
}

function hasRelevances({ relevances }: Evaluation, frozen: readonly Relevance[]): boolean {
  return sameNumbers(
    relevances.map(({ numbers }) => numbers),
    frozen.map(({ numbers }) => numbers),
  );
}

function sameNumbers(a: ReadonlyArray<ArrayLike<number>>, b: ReadonlyArray<ArrayLike<number>>): boolean {
  return (
    a.length === b.length &&
    a.every((numbers, i) => {
      const others = b[i] ?? [];
      return (
        numbers.length === others.length &&
        Array.prototype.every.call(numbers, (value, j) => value === others[j])
      );
    })
  );
}
