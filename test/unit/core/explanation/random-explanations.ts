import fc from 'fast-check';
import type { ExplainableImage } from '../../../../functions/core/explanation/explained-image.ts';
import { type Classifier, classifierOf } from '../../../../functions/core/labels/classifier.ts';
import {
  type Embedding,
  embeddingFromBytes,
  embeddingToBytes,
  normalised,
} from '../../../../functions/core/labels/embedding.ts';
import { type LabelSet, parseLabelSet, promptsDigest } from '../../../../functions/core/labels/label-set.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';
import { type Correction, correctedTags } from '../../../../functions/core/records/corrections.ts';
import { stacked, vectorsOf } from '../vectors.ts';

/** Worlds to explain: an image with its corrections, and label sets of every kind. */

export const MODEL = 'model-a';
const SIZE = 6;
const LABELS = ['cat', 'tabby', 'dog', 'car', 'lorry', 'sky', 'sea'];

const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });

/** A fit of one label. */
const givenLine = fc.record(
  {
    slope: number(0, 30),
    offset: number(-15, 5),
    null: fc.record({ mean: number(-1, 1), deviation: number(0, 1), images: fc.constant(1000) }),
    threshold: number(0, 1),
    curve: fc
      .tuple(number(-5, 0), number(0, 5), number(0, 0.5), number(0.5, 1))
      .map(([a, b, p, q]): [number, number][] => [
        [a, p],
        [b, q],
      ]),
  },
  { requiredKeys: ['slope', 'offset'] },
);

const givenSet = fc.record({
  mode: fc.constantFrom('exclusive' as const, 'independent' as const),
  logitBias: fc.option(fc.double({ min: -12, max: 0, noNaN: true }), { nil: undefined }),
  rows: vectorsOf(SIZE, LABELS.length),
  contrasts: vectorsOf(SIZE, 3),
  minimumScore: fc.double({ min: 0, max: 1, noNaN: true }),
  thresholds: fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true }), { nil: undefined }), {
    minLength: LABELS.length,
    maxLength: LABELS.length,
  }),
  topK: fc.integer({ min: 1, max: 4 }),
  unknownLogit: fc.option(fc.double({ min: -10, max: 10, noNaN: true }), { nil: undefined }),
  lines: fc.option(
    fc.array(fc.option(givenLine, { nil: undefined }), {
      minLength: LABELS.length,
      maxLength: LABELS.length,
    }),
    { nil: [] },
  ),
  // A parent that is listed itself, one that is not, or none.
  parents: fc.array(fc.constantFrom(undefined, 'dog', 'vehicle'), {
    minLength: LABELS.length,
    maxLength: LABELS.length,
  }),
});
type GivenSet = typeof givenSet extends fc.Arbitrary<infer Given> ? Given : never;

const givenCorrection = fc.record({
  set: fc.constantFrom('set-0', 'set-1', 'elsewhere'),
  label: fc.constantFrom(...LABELS),
  isThere: fc.boolean(),
  correctedAt: fc.constant('2026-11-30T10:00:00.000Z'),
});

export const givenWorld = fc.record({
  sets: fc.array(givenSet, { minLength: 1, maxLength: 2 }),
  vector: vectorsOf(SIZE, 1).filter(([values = []]) => [...values].some((value) => Math.abs(value) > 0.1)),
  corrections: fc.uniqueArray(givenCorrection, {
    maxLength: 4,
    selector: ({ set, label }) => `${set} ${label}`,
  }),
});
export type GivenWorld = typeof givenWorld extends fc.Arbitrary<infer Given> ? Given : never;

export function worldOf({ sets, vector, corrections }: GivenWorld): {
  readonly image: ExplainableImage;
  readonly classifiers: readonly Classifier[];
  readonly embedding: Embedding;
} {
  const classifiers = sets.map((given, at) => randomClassifier(given, `set-${at}`));
  const bytes = embeddingToBytes({ modelDigest: MODEL, values: vector[0] ?? new Float32Array(SIZE) });
  const embedding = embeddingFromBytes(bytes, MODEL);
  const tags = classifiers.flatMap((classifier) => tagsFor(embedding, classifier));
  const image = {
    ...{ bucket: 'photos', key: 'a.jpg', status: 'tagged' as const, modelDigest: MODEL, embedding: bytes },
    tags: correctedTags(tags, corrections as readonly Correction[]),
    corrections,
    labelSets: Object.fromEntries(
      classifiers.map(({ labelSet, labelSetDigest: digest }) => [labelSet.name, digest]),
    ),
  };
  return { image, classifiers, embedding };
}

function randomClassifier(given: GivenSet, name: string): Classifier {
  const { mode, topK, parents, thresholds, minimumScore, logitBias } = given;
  const labels = LABELS.map((label, i) => ({
    name: label,
    ...(label !== 'dog' && { parent: parents[i] }),
    ...(thresholds[i] !== undefined && { threshold: thresholds[i] }),
  }));
  const isExclusive = mode === 'exclusive';
  const prompts = ['a photo', 'a drawing', 'noise'];
  const words = parseLabelSet(
    {
      ...{ name, version: 1, mode, labels, minimumScore, topK },
      ...(isExclusive ? { noneOfThese: prompts } : { contrastPrompts: prompts }),
    },
    name,
  );
  const rows = {
    labelRows: stacked(given.rows.map(unit)),
    contrastRows: stacked((isExclusive ? given.contrasts.slice(0, 1) : given.contrasts).map(unit)),
  };
  const model = { modelDigest: MODEL, logitScale: 10, ...(logitBias !== undefined && { logitBias }) };
  return classifierOf(fitted(words, given), rows, model);
}

function fitted(labelSet: LabelSet, { lines, unknownLogit }: GivenSet): LabelSet {
  const labels = labelSet.labels.flatMap((label, at) => {
    const line = lines[at];
    return line ? [[label.name, { promptsDigest: promptsDigest(labelSet, label), ...line }] as const] : [];
  });
  if (labels.length === 0) return labelSet;
  const isExclusive = labelSet.mode === 'exclusive';
  const fit = {
    ...{ version: 1, fittedAt: '2026-11-30T10:00:00.000Z', labels: Object.fromEntries(labels) },
    ...(isExclusive && unknownLogit !== undefined && { unknownLogit }),
  };
  return { ...labelSet, fits: { [MODEL]: fit } };
}

/** As a model's rows are; what has no direction gets one. */
function unit(vector: Float32Array): Float32Array {
  return normalised(vector.some((value) => Math.abs(value) > 0.1) ? vector : [1, ...vector.slice(1).fill(0)]);
}
