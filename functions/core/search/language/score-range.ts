import type { Bounds } from './amounts.ts';
import type { LabelCondition, Query } from './query.ts';

/**
 * A query whose wanted labels have a score within bounds, besides those that they have; the same object where it wants no
 * label. What is not wanted is not wanted at any score.
 *
 * @param onChange called with each condition that is replaced, and the new one
 */
export function withScores(
  query: Query,
  bounds: Bounds,
  onChange: (from: Query, to: Query) => void = () => {},
): Query {
  if (query.kind === 'and' || query.kind === 'or') {
    const of = query.of.map((part) => withScores(part, bounds, onChange));
    return of.some((part, i) => part !== query.of[i]) ? { kind: query.kind, of } : query;
  }
  if (query.kind !== 'label') return query;
  const changed = withinBounds(query, bounds);
  onChange(query, changed);
  return changed;
}

function withinBounds(condition: LabelCondition, { minimum = 0, maximum = 1 }: Bounds): LabelCondition {
  const maximumScore = Math.min(maximum, condition.maximumScore ?? 1);
  return {
    kind: 'label',
    terms: condition.terms,
    minimumScore: Math.max(minimum, condition.minimumScore),
    ...(maximumScore < 1 && { maximumScore }),
  };
}

/** Bounds of a label's score, without those that say nothing. */
export function boundsOfScore({ minimumScore, maximumScore = 1 }: LabelCondition): Bounds {
  return {
    ...(minimumScore > 0 && { minimum: minimumScore }),
    ...(maximumScore < 1 && { maximum: maximumScore }),
  };
}
