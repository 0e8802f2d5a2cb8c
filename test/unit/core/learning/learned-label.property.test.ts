import fc from 'fast-check';
import { expect, it } from 'vitest';
import { learnedLabel } from '../../../../functions/core/learning/learned-label.ts';
import { learnedSet } from '../../../../functions/core/learning/learned-set.ts';
import { sharedCovariance } from '../../../../functions/core/learning/shared-covariance.ts';
import { RUNS } from '../vectors.ts';
import { collection, gaussians, pictureNear } from './examples.ts';

const next = gaussians();
const covariance = sharedCovariance(collection(next));
const POOL = Array.from({ length: 12 }, (_, i) => pictureNear(i % 3, 0.3, next));
const known = { text: pictureNear(0, 0.5, next), covariance, logitScale: 12 };

const examples = fc.subarray(POOL, { minLength: 1 });
const withCopies = (of: fc.Arbitrary<Float32Array[]>) =>
  of.chain((pictures) =>
    fc.array(fc.constantFrom(...pictures), { maxLength: 20 }).chain((copies) =>
      fc.tuple(
        fc.constant(pictures),
        fc.shuffledSubarray([...pictures, ...copies.map((copy) => copy.slice())], {
          minLength: pictures.length + copies.length,
        }),
      ),
    ),
  );

it('learns the same, bit for bit, in whatever order and however often examples come', () => {
  fc.assert(
    fc.property(
      withCopies(examples),
      withCopies(examples),
      ([positives, more], [negatives, moreNegatives]) => {
        const learned = learnedLabel({ ...known, positives, negatives });
        expect(learnedLabel({ ...known, positives: more, negatives: moreNegatives })).toEqual(learned);
      },
    ),
    { numRuns: RUNS },
  );
});

it('learns the same, bit for bit, in whatever order labels come', () => {
  const labels = [0, 1, 2, 3].map((label) => ({
    text: pictureNear(label, 0.5, next),
    positives: POOL.filter((_, i) => i % 4 === label),
  }));
  const learned = learnedSet({ ...known, labels });
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (order) => {
      const shuffled = learnedSet({ ...known, labels: order.map((label) => labels[label]!) });
      expect(shuffled).toEqual(order.map((label) => learned[label]));
    }),
    { numRuns: RUNS },
  );
});
