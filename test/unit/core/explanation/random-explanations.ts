import fc from 'fast-check';
import type { ExplainableImage } from '../../../../functions/core/explanation/explained-image.ts';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import {
  type Embedding,
  embeddingFromBytes,
  embeddingToBytes,
} from '../../../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';
import { type Correction, correctedTags } from '../../../../functions/core/records/corrections.ts';
import { stacked, vectorsOf } from '../vectors.ts';

/** Worlds to explain: an image with its corrections, and label sets of every kind. */

export const MODEL = 'model-a';
const SIZE = 6;
const LABELS = ['cat', 'tabby', 'dog', 'car', 'lorry', 'sky', 'sea'];

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
  const classifiers = sets.map((given, at) => classifierOf(given, `set-${at}`));
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

function classifierOf(given: GivenSet, name: string): Classifier {
  const { mode, topK, parents, thresholds, minimumScore, logitBias } = given;
  const labels = LABELS.map((label, i) => ({
    name: label,
    ...(label !== 'dog' && { parent: parents[i] }),
    ...(thresholds[i] !== undefined && { threshold: thresholds[i] }),
  }));
  const isExclusive = mode === 'exclusive';
  const prompts = ['a photo', 'a drawing', 'noise'];
  const labelSet = parseLabelSet(
    {
      ...{ name, version: 1, mode, labels, minimumScore, topK },
      ...(isExclusive ? { noneOfThese: prompts } : { contrastPrompts: prompts }),
    },
    name,
  );
  return {
    labelSet,
    labelSetDigest: labelSetDigest(labelSet, MODEL),
    modelDigest: MODEL,
    logitScale: 10,
    ...(logitBias !== undefined && { logitBias }),
    labelRows: stacked(given.rows),
    contrastRows: stacked(isExclusive ? given.contrasts.slice(0, 1) : given.contrasts),
  };
}
