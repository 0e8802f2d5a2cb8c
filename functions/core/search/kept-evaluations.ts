import { type EvaluatedQuery, type Evaluation, evaluate } from './evaluation.ts';
import type { ImageCollection } from './image-collection.ts';
import type { Relevance } from './relevance.ts';

interface Kept {
  readonly evaluation: Evaluation;
  /** All that the query asks, but for what its texts and images mean. */
  readonly query: string;
  readonly vectors: readonly Float32Array[];
  /** Whether its relevance, if it has any, is of the collection as it is, and not of a cursor. */
  readonly isFresh: boolean;
}

/** A dozen texts over 100,000 images, or some sixty labels. */
const KEPT_BYTES = 24 * 1024 * 1024;
const KEPT_EVALUATIONS = 64;

/**
 * Evaluations of the collection as it is at the call. The last ones are kept until it changes, for next pages are asked for
 * soon, and what one has looked for others do, too.
 *
 * @param frozen the relevance that a cursor has brought, which `evaluated` gives again
 */
export function keptEvaluations(
  collection: ImageCollection,
): (evaluated: EvaluatedQuery, frozen?: readonly Relevance[]) => Evaluation {
  /** The last one used stands last. */
  let kept: readonly Kept[] = [];
  return (evaluated, frozen) => {
    const query = JSON.stringify(evaluated.query);
    const vectors = [...evaluated.vectors.values()];
    const isSame = (one: Kept) =>
      one.query === query &&
      sameNumbers(one.vectors, vectors) &&
      (frozen === undefined ? one.isFresh : hasRelevances(one.evaluation, frozen));
    const present = kept.filter(({ evaluation }) => evaluation.version === collection.version);
    const found = present.find(isSame) ?? keptOf(evaluate(evaluated, collection));
    kept = lastOf([...present.filter((one) => one !== found), found]);
    return found.evaluation;

    function keptOf(evaluation: Evaluation): Kept {
      const isFresh = frozen === undefined || evaluation.relevances.length === 0;
      return { evaluation, query, vectors, isFresh };
    }
  };
}

/** As many as fit, and one at least. */
function lastOf(kept: readonly Kept[]): readonly Kept[] {
  let bytes = 0;
  const count = kept.toReversed().findIndex(({ evaluation }) => {
    bytes += evaluation.bytes;
    return bytes > KEPT_BYTES;
  });
  return kept.slice(-Math.max(1, Math.min(KEPT_EVALUATIONS, count < 0 ? kept.length : count)));
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
