import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tagsForEach } from '../../../../functions/core/labels/block-tags.ts';
import { classifierOf } from '../../../../functions/core/labels/classifier.ts';
import {
  type Embedding,
  embeddingFromBytes,
  embeddingToBytes,
} from '../../../../functions/core/labels/embedding.ts';
import { parseLabelSet, promptsDigest } from '../../../../functions/core/labels/label-set.ts';
import { scoresByLabel, tagsFor } from '../../../../functions/core/labels/scores.ts';
import { RUNS, vectorsOf } from '../vectors.ts';
import {
  classifierFor,
  type Given,
  givenFit,
  LABELS,
  LOGIT_SCALE,
  MODEL,
  SIZE,
} from './fitted-classifiers.ts';

const givenEmbeddings = (maximum: number): fc.Arbitrary<Embedding[]> =>
  fc
    .integer({ min: 1, max: maximum })
    .chain((count) => vectorsOf(SIZE, count))
    .map((vectors) =>
      vectors
        .map((values) => embeddingToBytes({ modelDigest: MODEL, values }))
        .filter((bytes) => bytes.some((byte) => (byte & 0x7f) !== 0))
        .map((bytes) => embeddingFromBytes(bytes, MODEL)),
    );

describe('scores with a fit', () => {
  it('lie in [0, 1], whatever the fit says', () => {
    fc.assert(
      fc.property(givenFit, givenEmbeddings(4), (given, embeddings) => {
        const classifier = classifierFor(given);
        for (const embedding of embeddings) {
          for (const [label, score] of scoresByLabel(embedding, classifier)) {
            expect(score >= 0 && score <= 1, `${label}: ${score}`).toBe(true);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('become the very tags one by one and in blocks', () => {
    let tags = 0;
    fc.assert(
      fc.property(givenFit, givenEmbeddings(40), (given, embeddings) => {
        const classifier = classifierFor(given);
        const found = tagsForEach(embeddings, classifier);
        expect(found).toEqual(embeddings.map((embedding) => tagsFor(embedding, classifier)));
        tags += found.flat().length;
      }),
      { numRuns: RUNS },
    );
    expect(tags).toBeGreaterThan(RUNS);
  });

  it('never fall when the cosine of their label rises and nothing else does', () => {
    const given = fc.tuple(givenFit, fc.nat(LABELS.length - 1), vectorsOf(LABELS.length, 1));
    const moves = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 });
    let risen = 0;
    fc.assert(
      fc.property(given, moves, ([fit, moved, [others]], cosines) => {
        // An axis for each label: the picture's coordinates are the cosines.
        const axes = { ...fit, rows: axesOf(LABELS.length), contrasts: [], fits: withoutDirections(fit) };
        const classifier = classifierFor({ ...axes, parents: LABELS.map(() => undefined) });
        let before = 0;
        for (const cosine of cosines.sort((a, b) => a - b)) {
          const values = others!.map((other, i) => (i === moved ? cosine : other / 2));
          const score = scoresByLabel({ modelDigest: MODEL, values }, classifier).get(LABELS[moved]!) ?? -1;
          expect(score).toBeGreaterThanOrEqual(before - 1e-12);
          if (score > before) risen += 1;
          before = score;
        }
      }),
      { numRuns: RUNS },
    );
    expect(risen).toBeGreaterThan(RUNS / 2);
  });

  it('do not depend on the order of the labels', () => {
    const order = fc.shuffledSubarray([...LABELS.keys()], { minLength: LABELS.length });
    fc.assert(
      fc.property(givenFit, givenEmbeddings(3), order, (given, embeddings, shuffled) => {
        // A step of a curve makes much of the last bit of a share.
        const fits = given.mode === 'exclusive' ? withoutCurves(given) : given.fits;
        const [first, second] = [[...LABELS.keys()], shuffled].map((one) =>
          classifierFor({ ...given, fits }, { order: one }),
        );
        for (const embedding of embeddings) {
          const expected = scoresByLabel(embedding, first!);
          for (const [label, score] of scoresByLabel(embedding, second!)) {
            expect(score).toBeCloseTo(expected.get(label) ?? -1, 9);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are those of the words alone, to the last bit, where nothing was fitted with this model', () => {
    fc.assert(
      fc.property(givenFit, givenEmbeddings(3), (given, embeddings) => {
        const words = classifierFor(given, { fit: false });
        const { labelSet, labelRows, contrastRows } = words;
        const fits = { 'model-b': classifierFor(given).labelSet.fits![MODEL]! };
        const foreign = classifierOf({ ...labelSet, fits }, { labelRows, contrastRows }, words);
        expect(foreign.labelSetDigest).toBe(words.labelSetDigest);
        for (const embedding of embeddings) {
          expect(scoresByLabel(embedding, foreign)).toEqual(scoresByLabel(embedding, words));
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are those of the words alone, to the last bit, for labels that were not fitted in an independent set', () => {
    fc.assert(
      fc.property(givenFit, givenEmbeddings(3), (given, embeddings) => {
        const independent: Given = { ...given, mode: 'independent', parents: LABELS.map(() => undefined) };
        const [words, fitted] = [classifierFor(independent, { fit: false }), classifierFor(independent)];
        for (const embedding of embeddings) {
          const [expected, received] = [scoresByLabel(embedding, words), scoresByLabel(embedding, fitted)];
          for (const [i, label] of LABELS.entries()) {
            if (!given.fits[i]) expect(received.get(label)).toBe(expected.get(label));
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('are those of the words alone, but for rounding, by the lines that the words have', () => {
    const line = { slope: LOGIT_SCALE, offset: 0 };
    fc.assert(
      fc.property(givenFit, givenEmbeddings(3), (given, embeddings) => {
        const lines = {
          ...given,
          mode: 'exclusive',
          fits: LABELS.map(() => line),
          noneOfThese: line,
        } as const;
        const [words, fitted] = [
          classifierFor(lines, { fit: false }),
          classifierFor({ ...lines, unknownLogit: undefined }),
        ];
        for (const embedding of embeddings) {
          const expected = scoresByLabel(embedding, words);
          for (const [label, score] of scoresByLabel(embedding, fitted)) {
            expect(score).toBeCloseTo(expected.get(label) ?? -1, 14);
          }
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('of prompts in another order are the same, since the fit still holds', () => {
    const set = (prompts: string[]) =>
      parseLabelSet(
        { name: 'one', version: 1, mode: 'independent', labels: [{ name: 'a', prompts }] },
        'one',
      );
    const [one, other] = [set(['a cat', 'the cat']), set(['the cat', 'a cat'])];
    expect(promptsDigest(one, one.labels[0]!)).toBe(promptsDigest(other, other.labels[0]!));
  });
});

const withoutDirections = ({ fits }: Given) =>
  fits.map((fit) => {
    if (!fit) return fit;
    const { direction: _, ...rest } = fit;
    return rest;
  });

const withoutCurves = ({ fits }: Given) =>
  fits.map((fit) => {
    if (!fit) return fit;
    const { curve: _, ...rest } = fit;
    return rest;
  });

/** Unit vectors along the axes. */
function axesOf(count: number): readonly Float32Array[] {
  return Array.from({ length: count }, (_, i) =>
    Float32Array.from({ length: count }, (_, j) => (i === j ? 1 : 0)),
  );
}
