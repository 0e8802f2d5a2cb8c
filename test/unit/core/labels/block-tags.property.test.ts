import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelMismatch } from '../../../../functions/core/errors.ts';
import { tagsForEach } from '../../../../functions/core/labels/block-tags.ts';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import {
  type Embedding,
  embeddingFromBytes,
  embeddingToBytes,
} from '../../../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { scoresByLabel, tagsFor } from '../../../../functions/core/labels/scores.ts';
import { RUNS, stacked, vectorsOf } from '../vectors.ts';

const MODEL = 'model-a';
const SIZE = 6;
const LABELS = ['cat', 'tabby', 'dog', 'car', 'lorry', 'sky', 'sea'];

interface Given {
  readonly mode: 'exclusive' | 'independent';
  readonly logitBias?: number | undefined;
  readonly rows: readonly Float32Array[];
  readonly contrasts: readonly Float32Array[];
  readonly minimumScore: number;
  readonly topK: number;
  readonly parents: readonly (string | undefined)[];
}

const givenClassifier: fc.Arbitrary<Given> = fc.record({
  mode: fc.constantFrom('exclusive', 'independent'),
  logitBias: fc.option(fc.double({ min: -12, max: 0, noNaN: true }), { nil: undefined }),
  rows: vectorsOf(SIZE, LABELS.length),
  contrasts: fc.nat(3).chain((count) => vectorsOf(SIZE, count)),
  minimumScore: fc.double({ min: 0, max: 1, noNaN: true }),
  topK: fc.integer({ min: 1, max: 10 }),
  // A parent that is listed itself, one that is not, or none.
  parents: fc.array(fc.constantFrom(undefined, 'dog', 'vehicle'), {
    minLength: LABELS.length,
    maxLength: LABELS.length,
  }),
});

function classifierOf(given: Given, minimumScore = given.minimumScore): Classifier {
  const { mode, topK, parents, logitBias } = given;
  const labels = LABELS.map((name, i) => (name === 'dog' ? name : { name, parent: parents[i] }));
  const labelSet = parseLabelSet({ name: 'things', version: 1, mode, labels, minimumScore, topK }, 'things');
  return {
    labelSet,
    labelSetDigest: labelSetDigest(labelSet, MODEL),
    modelDigest: MODEL,
    logitScale: 10,
    ...(logitBias !== undefined && { logitBias }),
    labelRows: stacked(given.rows),
    contrastRows: stacked(given.contrasts),
  };
}

const givenEmbeddings: fc.Arbitrary<Embedding[]> = fc
  .nat(40)
  .chain((count) => vectorsOf(SIZE, count))
  .map((vectors) =>
    vectors
      .map((vector) => embeddingToBytes({ modelDigest: MODEL, values: vector }))
      .filter((bytes) => bytes.some((byte) => (byte & 0x7f) !== 0))
      .map((bytes) => embeddingFromBytes(bytes, MODEL)),
  );

describe('tagsForEach', () => {
  it('gives the very tags that tagging one image gives: all modes, parents, thresholds and top-k', () => {
    let tags = 0;
    fc.assert(
      fc.property(givenClassifier, givenEmbeddings, (given, embeddings) => {
        const classifier = classifierOf(given);
        const found = tagsForEach(embeddings, classifier);
        expect(found).toEqual(embeddings.map((embedding) => tagsFor(embedding, classifier)));
        tags += found.flat().length;
      }),
      { numRuns: RUNS },
    );
    expect(tags).toBeGreaterThan(RUNS);
  });

  it('decides alike where a score lies at the threshold, and a hair above and below it', () => {
    fc.assert(
      fc.property(givenClassifier, givenEmbeddings, fc.nat(), (given, embeddings, which) => {
        fc.pre(embeddings.length > 0);
        const scores = [
          ...scoresByLabel(embeddings[which % embeddings.length]!, classifierOf(given)).values(),
        ];
        const score = Math.min(1, scores[which % scores.length]!);
        const rounded = Number(score.toFixed(4));
        for (const edge of [score, rounded, rounded + 1e-4, rounded - 5e-5, score + Number.EPSILON]) {
          const classifier = classifierOf(given, Math.min(1, Math.max(0, edge)));
          const expected = embeddings.map((embedding) => tagsFor(embedding, classifier));
          expect(tagsForEach(embeddings, classifier)).toEqual(expected);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('rejects an embedding of another model', () => {
    const given = {
      mode: 'exclusive',
      rows: [],
      contrasts: [],
      minimumScore: 0,
      topK: 1,
      parents: [],
    } as const;
    const foreign = { modelDigest: 'model-b', values: new Float32Array(SIZE) };
    expect(() => tagsForEach([foreign], classifierOf(given))).toThrow(ModelMismatch);
  });
});
