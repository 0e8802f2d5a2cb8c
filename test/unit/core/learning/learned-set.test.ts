import { describe, expect, it } from 'vitest';
import { dot, normalised } from '../../../../functions/core/labels/embedding.ts';
import { learnedLabel } from '../../../../functions/core/learning/learned-label.ts';
import { learnedSet } from '../../../../functions/core/learning/learned-set.ts';
import { sharedCovariance } from '../../../../functions/core/learning/shared-covariance.ts';
import { collection, gaussians, pictureNear, SIZE } from './examples.ts';

const next = gaussians();
const covariance = sharedCovariance(collection(next));
const known = { covariance, logitScale: 12 };
/** Pictures of every label differ a lot along an axis that says nothing of the label. */
const STRAY = SIZE - 1;
const picture = (label: number) => {
  const away = 2 * next();
  return normalised(pictureNear(label, 0.15, next).map((value, i) => value + (i === STRAY ? away : 0)));
};
const text = (label: number) => pictureNear(label, 0.6, next);
const labels = [0, 1, 2, 3].map((label) => ({
  text: text(label),
  positives: Array.from({ length: 12 }, () => picture(label)),
}));

type Line = ReturnType<typeof learnedLabel>;
const logit = ({ direction, slope, offset }: Line, image: Float32Array) =>
  slope * dot(image, direction) + offset;

function accuracy(lines: readonly Line[]): number {
  const tries = lines.flatMap((_, label) =>
    Array.from({ length: 100 }, () => ({ label, image: picture(label) })),
  );
  const right = tries.filter(({ label, image }) => {
    const logits = lines.map((line) => logit(line, image));
    return logits.indexOf(Math.max(...logits)) === label;
  });
  return right.length / tries.length;
}

describe('learnedSet', () => {
  const learned = learnedSet({ ...known, labels });

  it('tells labels apart better than words do', () => {
    const words = learnedSet({ ...known, labels: labels.map((label) => ({ ...label, positives: [] })) });
    expect(accuracy(words)).toBeLessThan(0.85);
    expect(accuracy(learned)).toBeGreaterThan(0.95);
    expect(learned.map(({ quality }) => quality.folds)).toEqual([5, 5, 5, 5]);
  });

  it('learns from how examples of one label differ, which a label by itself does not', () => {
    const along = ({ direction }: Line) => Math.abs(direction[STRAY] ?? 0);
    const alone = labels.map((label) => learnedLabel({ ...known, ...label }));
    const sum = (lines: readonly Line[]) => lines.reduce((total, line) => total + along(line), 0);
    expect(sum(learned)).toBeLessThan(0.8 * sum(alone));
  });

  it('leaves a label without examples what it is, and learns of one what that label learns by itself', () => {
    const [first, second] = learnedSet({
      ...known,
      labels: [labels[0]!, { text: labels[1]!.text, positives: [] }],
    });
    expect(second).toMatchObject({ direction: labels[1]!.text, slope: 12, offset: 0 });
    expect(first!.slope).toBeGreaterThan(0);
  });

  it('lets neither learned nor unlearned labels take the pictures of the others', () => {
    const mixed = learnedSet({
      ...known,
      labels: labels.map((label, i) => (i < 2 ? label : { ...label, positives: [] })),
    });
    const words = learnedSet({ ...known, labels: labels.map((label) => ({ ...label, positives: [] })) });
    expect(accuracy(mixed)).toBeGreaterThan(accuracy(words));
  });

  it('rejects examples of another size', () => {
    expect(() => learnedSet({ ...known, labels: [{ text: new Float32Array(2), positives: [] }] })).toThrow(
      'text[0]: Expected 16 numbers but received 2',
    );
  });
});
