import { type EvaluatedQuery, type Evaluation, evaluate } from './evaluation.ts';
import type { ImageCollection } from './image-collection.ts';
import type { Relevance } from './relevance.ts';

interface Kept {
  readonly evaluation: Evaluation;
  readonly identity: string;
  readonly vectors: readonly Float32Array[];
  /** Whether its relevance is of the collection as it is, and not of a cursor. */
  readonly isFresh: boolean;
}

/**
 * Evaluations of the collection as it is at the call. The last one is kept, for the next pages of its query are asked for
 * soon.
 *
 * @param identity what tells the query from others with the same vectors
 * @param frozen the relevance that a cursor has brought, which `evaluated` gives again
 */
export function keptEvaluation(
  collection: ImageCollection,
): (identity: string, evaluated: EvaluatedQuery, frozen?: readonly Relevance[]) => Evaluation {
  let kept: Kept | undefined;
  return (identity, evaluated, frozen) => {
    const vectors = [...evaluated.vectors.values()];
    const isKept =
      kept !== undefined &&
      kept.evaluation.version === collection.version &&
      kept.identity === identity &&
      sameNumbers(kept.vectors, vectors) &&
      (frozen === undefined ? kept.isFresh : hasRelevances(kept.evaluation, frozen));
    if (!kept || !isKept) {
      const evaluation = evaluate(evaluated, collection);
      kept = { evaluation, identity, vectors, isFresh: frozen === undefined };
    }
    return kept.evaluation;
  };
}

function hasRelevances({ relevances }: Evaluation, frozen: readonly Relevance[]): boolean {
  const numbersOf = (all: readonly Relevance[]) => all.map(({ numbers }) => numbers);
  return sameNumbers(numbersOf(relevances), numbersOf(frozen));
}

function sameNumbers(a: ReadonlyArray<ArrayLike<number>>, b: ReadonlyArray<ArrayLike<number>>): boolean {
  return a.length === b.length && a.every((numbers, i) => areSame(numbers, b[i] ?? []));
}

function areSame(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
