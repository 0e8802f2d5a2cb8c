import type { TagTable } from '../records/tag-table.ts';
import { type AnswerPage, answerPage } from './answer-page.ts';
import { type Cursor, cursorOf, cursorText, invalidCursor } from './cursor.ts';
import { type EvaluatedQuery, type Evaluation, vectorConditions } from './evaluation.ts';
import type { ChangingCollection } from './image-collection.ts';
import type { SearchAnswer, SearchRequest } from './image-search.ts';
import { keptEvaluations } from './kept-evaluations.ts';
import type { Query } from './language/query.ts';
import { givesScores, type VectorCondition } from './language/query-parts.ts';
import { plainRelevance, type Relevance, type RelevanceModel, type SearchRelevance } from './relevance.ts';

export interface AnswerParts {
  readonly collection: ChangingCollection;
  readonly table: Pick<TagTable, 'readBatch'>;
  readonly relevance: SearchRelevance;
}

/** A query that is ready to be evaluated. */
export interface PlannedQuery {
  readonly query: Query;
  readonly vectors: ReadonlyMap<VectorCondition, Float32Array>;
  /** In the query language. */
  readonly understood: string;
}

export interface QueryAnswers {
  /** @param request its `query` says what a cursor belongs to */
  answer(planned: PlannedQuery, request: SearchRequest): Promise<SearchAnswer>;
  /** All that fits, by the collection as it is after the call; it is to be used before anything else has its turn. */
  evaluation(planned: PlannedQuery): Promise<Evaluation>;
}

/** Answers of queries, page by page. */
export function queryAnswers({ collection, table, relevance }: AnswerParts): QueryAnswers {
  const evaluationNow = keptEvaluations(collection);

  async function answer(planned: PlannedQuery, request: SearchRequest): Promise<SearchAnswer> {
    const { query, vectors, understood } = planned;
    const { isAll = false, wantsFacets = false, limit } = request;
    const order = request.order ?? (givesScores(query) ? 'best' : 'newest');
    const cursorRequest = { query: request.query, isAll, order };
    const cursor = request.cursor === undefined ? undefined : cursorOf(request.cursor, cursorRequest);
    const models = await relevanceModels(query);
    const page = await answerPage(
      {
        checked: { query, vectors, isAll },
        order,
        limit,
        after: cursor?.position,
        wantsFacets,
        evaluation: evaluations(planned, models, cursor && relevancesOf(cursor, models)),
      },
      { collection, table },
    );
    return answerOf(page, understood, (position) => {
      const relevances = page.evaluation.relevances.map(({ numbers }) => numbers);
      return cursorText({ position, relevances }, cursorRequest);
    });
  }

  /** The relevance that the first evaluation has found stays, whatever the collection becomes meanwhile. */
  function evaluations(
    planned: PlannedQuery,
    models: readonly RelevanceModel[],
    given?: readonly Relevance[],
  ): () => Evaluation {
    let frozen = given;
    return () => {
      const relevanceOf: EvaluatedQuery['relevanceOf'] = (cosines, place) =>
        frozen?.[place] ?? (models[place] ?? plainRelevance).of(cosines);
      const evaluation = evaluationNow({ ...planned, relevanceOf }, frozen);
      frozen ??= evaluation.relevances;
      return evaluation;
    };
  }

  /** For each text and similar image. */
  function relevanceModels(query: Query): Promise<readonly RelevanceModel[]> {
    return Promise.all(vectorConditions(query).map(({ kind }) => relevance[kind]()));
  }

  return {
    answer,
    evaluation: async (planned) => evaluations(planned, await relevanceModels(planned.query))(),
  };
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

/** The relevance of each text and similar image, as the first page has found it. */
function relevancesOf({ relevances }: Cursor, models: readonly RelevanceModel[]): readonly Relevance[] {
  const made = models.map((model, place) => model.from(relevances[place] ?? []));
  const whole = made.filter((relevance) => relevance !== undefined);
  if (whole.length === models.length && relevances.length === models.length) return whole;
  throw invalidCursor('a cursor with the relevance of each text of the query', JSON.stringify(relevances));
}
