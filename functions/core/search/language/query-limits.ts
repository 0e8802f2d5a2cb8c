import { InvalidQuery } from './invalid-query.ts';
import type { Query } from './query.ts';
import { conditionsOf, depthOf, isByVector } from './query-parts.ts';

/** UTF-16 units; the HTTP API takes no longer ones. */
export const MAXIMUM_QUERY_LENGTH = 2000;
/** Conjunctions, alternatives and negations within each other. */
export const MAXIMUM_DEPTH = 20;
/** Labels, texts, filters: each takes a look at every image. */
export const MAXIMUM_CONDITIONS = 100;
/** Texts and similar images: each takes an embedding, and a product with every other. */
export const MAXIMUM_TEXTS = 16;

/** @throws {InvalidQuery} */
export function requireLength(text: string): void {
  if (text.length > MAXIMUM_QUERY_LENGTH) {
    throw tooMuch(MAXIMUM_QUERY_LENGTH + 1, `at most ${MAXIMUM_QUERY_LENGTH} characters`, text.length);
  }
}

/** @throws {InvalidQuery} */
export function requireWithinLimits(query: Query, columns: ReadonlyMap<Query, number>): void {
  const conditions = conditionsOf(query);
  const texts = conditions
    .filter(isByVector)
    .flatMap((one): readonly Query[] => (one.kind === 'text' ? one.parts.map(() => one) : [one]));
  if (conditions.length > MAXIMUM_CONDITIONS) {
    throw tooMuch(1, `at most ${MAXIMUM_CONDITIONS} conditions`, conditions.length);
  }
  if (depthOf(query) > MAXIMUM_DEPTH) {
    throw tooMuch(1, `at most ${MAXIMUM_DEPTH} levels of parentheses and negations`, depthOf(query));
  }
  const surplus = texts[MAXIMUM_TEXTS];
  if (surplus) {
    throw tooMuch(
      columns.get(surplus) ?? 1,
      `at most ${MAXIMUM_TEXTS} texts and similar images`,
      texts.length,
    );
  }
}

function tooMuch(column: number, expected: string, received: number): InvalidQuery {
  return new InvalidQuery({ column, expected, received: String(received) });
}
