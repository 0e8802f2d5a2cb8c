import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calibratedFit } from '../../../../functions/core/calibration/calibrated-fit.ts';
import { classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { embeddingAt, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { labelSetFitSchema } from '../../../../functions/core/labels/label-set-fit.ts';
import { scoresByLabel } from '../../../../functions/core/labels/scores.ts';
import { RUNS } from '../vectors.ts';
import { labelledPictures, MODEL, madeUpClassifier, madeUpPictures, SIZE } from './made-up-pictures.ts';

const LABELS = ['cat', 'dog', 'car'];
const NOW = new Date(0);

/** A label set, some pictures, and which of them are labelled. */
const givens = fc.record({
  mode: fc.constantFrom<'exclusive' | 'independent'>('exclusive', 'independent'),
  ofLabel: fc.array(fc.option(fc.nat(LABELS.length - 1), { nil: undefined }), {
    minLength: 1,
    maxLength: 60,
  }),
  seed: fc.nat(1_000),
  // Below 0, what has a label lies away from it.
  nearness: fc.constantFrom(-20, 0, 3, 100),
  isLabelled: fc.boolean(),
  withBackground: fc.boolean(),
  precision: fc.option(fc.double({ min: 0.01, max: 0.99, noNaN: true }), { nil: undefined }),
});
type Given = typeof givens extends fc.Arbitrary<infer Value> ? Value : never;

function inputOf({ mode, ofLabel, seed, nearness, isLabelled, withBackground, precision }: Given) {
  const classifier = madeUpClassifier(LABELS, mode);
  const collection = madeUpPictures(ofLabel, seed, nearness);
  return {
    ...{ labelSet: classifier.labelSet, classifier, collection, precision, now: NOW },
    ...(isLabelled && { labelled: labelledPictures(LABELS, ofLabel, collection) }),
    ...(withBackground && {
      background: { ...madeUpPictures([0, 1, 2, ...Array(27)], 7), temperature: 0.8 },
    }),
  };
}

const cases = { numRuns: Math.ceil(RUNS / 5) };

describe('whatever the pictures', () => {
  it('a fit can be written, and gives scores in [0, 1] that never fall as the cosine rises', () => {
    fc.assert(
      fc.property(givens, (given) => {
        const input = inputOf(given);
        const { fit, report } = calibratedFit(input);
        expect(labelSetFitSchema.safeParse(fit).error).toBeUndefined();
        const labelSet = { ...input.labelSet, fits: { [MODEL]: fit } };
        const classifier = classifierOf(labelSet, input.classifier, input.classifier);
        let before = 0;
        for (let step = 0; step <= 20; step++) {
          const angle = Math.PI * (1 - step / 20);
          // From away from "cat" to "cat", and as near to the other labels as before.
          const values = new Float32Array(SIZE);
          [values[0], values[8]] = [Math.cos(angle), Math.sin(angle)];
          const score = scoresByLabel({ modelDigest: MODEL, values }, classifier).get('cat') ?? -1;
          expect(score).toBeGreaterThanOrEqual(before - 1e-12);
          expect(score).toBeLessThanOrEqual(1);
          before = score;
        }
        for (const { pictures } of report.labels)
          for (const { score } of pictures) expect(score >= 0 && score <= 1).toBe(true);
      }),
      cases,
    );
  });

  it('neither their order nor that of the labels and prompts changes anything', () => {
    fc.assert(
      fc.property(givens, (given) => {
        const input = inputOf(given);
        const { fit, report } = calibratedFit(input);
        const { ofLabel } = given;
        const last = ofLabel.length - 1;
        const turned = embeddingMatrix(
          MODEL,
          ofLabel.map((_, i) => embeddingAt(input.collection, last - i)),
        );
        const labelled = input.labelled && {
          embeddings: turned,
          names: [...input.labelled.names].reverse(),
          known: [...input.labelled.known].reverse(),
        };
        const rows = LABELS.map((_, i) => input.classifier.labelRows.subarray(i * SIZE, (i + 1) * SIZE));
        const labelSet = { ...input.labelSet, labels: [...input.labelSet.labels].reverse() };
        const classifier = {
          ...input.classifier,
          labelSet,
          labelRows: Float32Array.from(rows.reverse().flatMap((row) => [...row])),
        };
        const again = calibratedFit({
          ...input,
          labelSet,
          classifier,
          collection: turned,
          ...(labelled && { labelled }),
        });
        for (const name of LABELS) {
          const [one, other] = [fit.labels[name], again.fit.labels[name]];
          expect(other?.slope).toBeCloseTo(one?.slope ?? Number.NaN, 5);
          expect(other?.offset).toBeCloseTo(one?.offset ?? Number.NaN, 5);
          expect(other?.promptsDigest).toBe(one?.promptsDigest);
          const pictures = (of: typeof report) =>
            of.labels.find(({ label }) => label === name)?.pictures ?? [];
          const scores = new Map(pictures(again.report).map((picture) => [picture.name, picture.score]));
          for (const picture of pictures(report))
            expect(scores.get(picture.name)).toBeCloseTo(picture.score, 5);
        }
      }),
      cases,
    );
  });
});
