import type { Query } from './query.ts';

/** All of these, with no conjunction inside a conjunction. */
export function allOf(parts: readonly Query[]): Query {
  return joined('and', parts);
}

/** Any of these, with no alternative inside an alternative. */
export function anyOf(parts: readonly Query[]): Query {
  return joined('or', parts);
}

function joined(kind: 'and' | 'or', parts: readonly Query[]): Query {
  const flat = parts.flatMap((part) => (part.kind === kind ? part.of : [part]));
  // That every image fits says nothing in a conjunction.
  const of = kind === 'and' ? flat.filter((part) => part.kind !== 'every-image') : flat;
  const [first] = of;
  if (!first) return { kind: 'every-image' };
  return of.length === 1 ? first : { kind, of };
}

/** The conditions of a query, from left to right. */
export function conditionsOf(query: Query): readonly Query[] {
  if (query.kind === 'and' || query.kind === 'or') return query.of.flatMap(conditionsOf);
  return query.kind === 'not' ? conditionsOf(query.of) : [query];
}

/** Levels of conjunctions, alternatives and negations; of a condition it is 0. */
export function depthOf(query: Query): number {
  if (query.kind === 'and' || query.kind === 'or') return 1 + Math.max(0, ...query.of.map(depthOf));
  return query.kind === 'not' ? 1 + depthOf(query.of) : 0;
}

/** Whether a query gives images a score: what is excluded gives none. */
export function givesScores(query: Query): boolean {
  if (query.kind === 'and' || query.kind === 'or') return query.of.some(givesScores);
  return query.kind === 'label' || isByVector(query);
}

export type VectorCondition = Extract<Query, { kind: 'text' | 'similar' }>;

/** Whether images are compared with a vector. */
export function isByVector(query: Query): query is VectorCondition {
  return query.kind === 'text' || query.kind === 'similar';
}
