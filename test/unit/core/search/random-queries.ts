import fc from 'fast-check';
import type { LabelTerm } from '../../../../functions/core/records/find-images.ts';
import type { Query } from '../../../../functions/core/search/language/query.ts';
import { MAXIMUM_TEXTS } from '../../../../functions/core/search/language/query-limits.ts';
import { allOf, anyOf, conditionsOf } from '../../../../functions/core/search/language/query-parts.ts';
import { vocabularyOf } from '../../../../functions/core/search/language/vocabulary.ts';
import { PLACES, THINGS, WORDS } from './searched-world.ts';

/** Labels that images of the random worlds may carry; one of them is of a label set that is gone. */
export const TERMS: readonly LabelTerm[] = [
  ...['dog', 'cat', 'beach', 'hot dog', 'animal'].map((label) => ({ set: 'things', label })),
  ...['beach', 'forest'].map((label) => ({ set: 'places', label })),
  { set: 'old', label: 'Dog' },
  { set: 'old', label: 'a "quoted" \\ (label): x' },
];

export const VOCABULARY = vocabularyOf([THINGS, PLACES], TERMS);

const DAY = 24 * 60 * 60 * 1000;
const START = Date.UTC(2024, 0, 1);

/** Scores as the language has them: four decimals. */
const score = fc.integer({ min: 0, max: 10_000 }).map((steps) => steps / 10_000);
const name = fc.oneof(
  fc.constantFrom(
    '2024/',
    '2025/a b',
    'x.jpg',
    'it"s',
    'a\\b',
    '(1).jpg',
    '-x',
    'AND',
    's3:/x',
    '|',
    'ü é.jpg',
    '*',
  ),
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 12 })
    .filter((text) => !/[\ud800-\udfff]/.test(text)),
);
const time = fc.oneof(
  fc.integer({ min: 0, max: 900 }).map((day) => START + day * DAY),
  fc.constantFrom(
    Date.UTC(2024, 0, 1),
    Date.UTC(2025, 0, 1),
    Date.UTC(2025, 5, 1),
    Date.UTC(2025, 5, 1, 12, 30),
  ),
  fc.integer({ min: START, max: START + 900 * DAY }),
);
const label = fc
  .record({
    word: fc.constantFrom(
      'dog',
      'puppy',
      'cat',
      'beach',
      'forest',
      'hot dog',
      'animal',
      'a "quoted" \\ (label): x',
    ),
    set: fc.constantFrom(undefined, 'things', 'places', 'old'),
    minimumScore: fc.oneof(fc.constant(0), score),
    maximumScore: fc.oneof(fc.constant(1), score),
  })
  .map(({ word, set, minimumScore, maximumScore }): Query => {
    const ofSet = VOCABULARY.termsOf(word, set);
    const terms = ofSet.length > 0 ? ofSet : VOCABULARY.termsOf(word);
    return { kind: 'label', terms, minimumScore, ...(maximumScore < 1 && { maximumScore }) };
  });
const phrase = fc.oneof(
  fc.constantFrom(...WORDS, 'sunset over water', 'say "x"', 'a\\b', 'dog', '2*x', 'AND'),
  fc.array(fc.constantFrom(...WORDS), { minLength: 2, maxLength: 3 }).map((words) => words.join(' ')),
);
const text = fc
  .array(fc.record({ text: phrase, weight: fc.constantFrom(1, 1, 2, 0.5, -1, -2.5) }), {
    minLength: 1,
    maxLength: 3,
  })
  .map((parts): Query => {
    const [first, ...rest] = parts;
    const wanted = { text: first?.text ?? '', weight: rest.length === 0 ? 1 : Math.abs(first?.weight ?? 1) };
    return { kind: 'text', parts: [wanted, ...rest] };
  });
const amount = fc.oneof(
  fc.integer({ min: 0, max: 5_000 }),
  fc.integer({ min: 0, max: 40 }).map((tenths) => tenths * 1e5),
);
const bounds = fc.oneof(
  amount.map((minimum) => ({ minimum })),
  amount.map((maximum) => ({ maximum })),
  amount.map((exact) => ({ minimum: exact, maximum: exact })),
);
const filter = fc.oneof(
  fc.constantFrom('photos', 'other', 'a.b').map((bucket): Query => ({ kind: 'bucket', bucket })),
  name.map((prefix): Query => ({ kind: 'prefix', prefix })),
  fc
    .constantFrom('tagged' as const, 'failed' as const, 'unsupported' as const)
    .map((status): Query => ({ kind: 'status', status })),
  fc.constantFrom('canon', 'EOS R5', 'NIKON').map((camera): Query => ({ kind: 'camera', camera })),
  time.map((from): Query => ({ kind: 'time', from })),
  time.map((to): Query => ({ kind: 'time', to })),
  fc
    .integer({ min: 0, max: 900 })
    .map((day): Query => ({ kind: 'time', from: START + day * DAY, to: START + (day + 1) * DAY })),
  bounds.map((bound): Query => ({ kind: 'pixels', ...bound })),
  bounds.map((bound): Query => ({ kind: 'bytes', ...bound })),
  fc
    .record({
      latitude: fc.double({ min: -90, max: 90, noNaN: true }),
      longitude: fc.double({ min: -180, max: 180, noNaN: true }),
      kilometres: fc.constantFrom(0, 0.001, 10, 2000.5),
    })
    .map(
      ({ latitude, longitude, kilometres }): Query => ({
        kind: 'near',
        latitude: tidy(latitude),
        longitude: tidy(longitude),
        kilometres,
      }),
    ),
);

/** No -0, which no text tells from 0, and no more decimals than a text has room for. */
function tidy(degrees: number): number {
  return Number(degrees.toFixed(12)) + 0;
}

export interface RandomQueryOptions {
  /** Keys that `similar:` may name. @default any */
  readonly similarTo?: fc.Arbitrary<Query>;
  readonly hasVectors?: boolean;
}

/** Random queries as the parser gives them: flat, with everything in its one form. */
export function randomQueries({
  similarTo = anySimilar,
  hasVectors = true,
}: RandomQueryOptions = {}): fc.Arbitrary<Query> {
  const conditions = hasVectors
    ? [label, label, filter, filter, text, similarTo]
    : [label, label, label, filter];
  return fc
    .letrec<{ query: Query }>((tie) => ({
      query: fc.oneof(
        { depthSize: 'small', maxDepth: 4, withCrossShrink: true },
        fc.oneof(...conditions, fc.constant<Query>({ kind: 'every-image' })),
        fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map(allOf),
        fc.array(tie('query'), { minLength: 2, maxLength: 3 }).map(anyOf),
        tie('query').map((of): Query => ({ kind: 'not', of })),
      ),
    }))
    .query.filter((query) => textsIn(query) <= MAXIMUM_TEXTS);
}

function textsIn(query: Query): number {
  const counts = conditionsOf(query).map((one) =>
    one.kind === 'text' ? one.parts.length : one.kind === 'similar' ? 1 : 0,
  );
  return counts.reduce((sum, count) => sum + count, 0);
}

const anySimilar = fc
  .record({
    key: name.filter((key) => !key.startsWith('s3://')),
    bucket: fc.constantFrom(undefined, 'photos'),
  })
  .map(({ key, bucket }): Query => ({ kind: 'similar', ...(bucket !== undefined && { bucket }), key }));
