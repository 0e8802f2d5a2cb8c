import { describe, expect, it } from 'vitest';
import { dot, normalised } from '../../../../functions/core/labels/embedding.ts';
import { learnedLabel } from '../../../../functions/core/learning/learned-label.ts';
import { sharedCovariance } from '../../../../functions/core/learning/shared-covariance.ts';
import { collection, gaussians, pictureNear, SIZE } from './examples.ts';

const next = gaussians();
const covariance = sharedCovariance(collection(next));
const pictures = Array.from({ length: 30 }, () => pictureNear(0, 0.2, next));
const [positives, unseen] = [pictures.slice(0, 10), pictures.slice(10)];
/** Words that say little of what the pictures show. */
const text = normalised(Float32Array.from({ length: SIZE }, (_, i) => (i === 0 ? 0.3 : i === 5 ? 1 : 0)));
const known = { text, covariance, logitScale: 12 };

describe('learnedLabel', () => {
  it('tells pictures of its label from the collection better than the words do, with logits on their sides of 0', () => {
    const { direction, slope, offset, quality } = learnedLabel({ ...known, positives });
    const logits = unseen.map((picture) => slope * dot(picture, direction) + offset);
    const others = Array.from(
      { length: 300 },
      (_, i) =>
        slope * dot(covariance.background.values.subarray(i * SIZE, (i + 1) * SIZE), direction) + offset,
    );
    expect(Math.min(...logits)).toBeGreaterThan(Math.max(...others));
    expect(quality).toMatchObject({ folds: 5, verdict: 'better' });
    expect(quality.learned).toBeGreaterThan(0.99);
    expect(quality.words).toBeLessThan(0.95);
  });

  it('says that it is no better where the words find every example already', () => {
    const { quality } = learnedLabel({ ...known, text: pictureNear(0, 0, next), positives });
    expect(quality).toEqual({ learned: 1, words: 1, folds: 5, verdict: 'no better' });
  });

  it('cannot tell whether a single example is better than the words', () => {
    const { quality } = learnedLabel({ ...known, positives: positives.slice(0, 1) });
    expect(quality).toMatchObject({ folds: 0, verdict: 'unknown' });
  });

  it('is the label as it was without examples', () => {
    const learned = learnedLabel({ ...known, positives: [] });
    expect(learned).toMatchObject({ direction: text, slope: 12, offset: 0 });
  });

  it('turns away from what it is told that it is not', () => {
    const negative = pictureNear(1, 0.2, next);
    const cosine = (negatives: readonly Float32Array[]) =>
      dot(learnedLabel({ ...known, positives, negatives }).direction, negative);
    expect(cosine([negative])).toBeLessThan(cosine([]) - 0.02);
  });

  it('judges neither itself nor the words by the negatives that it learned from', () => {
    const wordsWith = (negatives: readonly Float32Array[]) =>
      learnedLabel({ ...known, positives, negatives }).quality.words;
    expect(wordsWith(Array.from({ length: 200 }, () => text))).toBe(wordsWith([]));
    expect(wordsWith(Array.from({ length: 200 }, () => pictureNear(5, 0.1, next)))).toBe(wordsWith([]));
  });

  it('rejects embeddings of another size', () => {
    expect(() => learnedLabel({ ...known, positives: [new Float32Array(3)] })).toThrow(
      'positives[0]: Expected 16 numbers but received 3',
    );
  });
});
