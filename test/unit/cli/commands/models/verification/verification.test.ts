import { describe, expect, it } from 'vitest';
import {
  type Comparison,
  judge,
  judgeLogitScale,
  summed,
} from '../../../../../../functions/cli/commands/models/verification/verification.ts';

const bars = { mean: 0.99, minimum: 0.95, top1: 0.8 };

function comparison(changes: Partial<Comparison> = {}): Comparison {
  const pictures = [
    { path: 'a.jpg', cosine: 1 },
    { path: 'b.jpg', cosine: 0.98 },
  ];
  const texts = [{ text: 'a dog', cosine: 0.995 }];
  const ranks = [{ labelSet: 'general', labels: 2, pictures: 2, top1: 1, top5: 1 }];
  return { of: 'model', with: 'float32', ranks, ...summed(pictures, texts), ...changes };
}

const missed = (comparisons: readonly Comparison[]) =>
  judge(comparisons, bars)
    .filter(({ met }) => !met)
    .map(({ what }) => what);

describe('the sum of a comparison', () => {
  it('names the three pictures and the three texts that are least alike, least first', () => {
    const pictures = [0.9, 0.7, 1, 0.8].map((cosine) => ({ path: `${cosine}.jpg`, cosine }));
    const { worst, images, texts } = summed(pictures, [{ text: 'a dog', cosine: 0.6 }]);
    expect(worst).toEqual([
      { path: '0.7.jpg', cosine: 0.7 },
      { path: '0.8.jpg', cosine: 0.8 },
      { path: '0.9.jpg', cosine: 0.9 },
      { text: 'a dog', cosine: 0.6 },
    ]);
    expect(images).toMatchObject({ count: 4, minimum: 0.7 });
    expect(texts).toMatchObject({ count: 1, minimum: 0.6 });
  });

  it('leaves out what there is none of', () => {
    expect(summed([], [])).toEqual({ worst: [] });
  });
});

describe('the bars', () => {
  it('are met at exactly their value', () => {
    expect(missed([comparison({ ...summed([{ path: 'a.jpg', cosine: 0.99 }], []) })])).toEqual([]);
    const ranks = [{ labelSet: 'general', labels: 2, pictures: 10, top1: 0.8, top5: 0 }];
    expect(missed([comparison({ ranks })])).toEqual([]);
  });

  it('are missed by a mean, by one picture, by one text or by best labels, each by itself', () => {
    const low = (cosine: number) => Array.from({ length: 100 }, () => ({ path: 'a.jpg', cosine }));
    expect(missed([comparison(summed(low(0.98), []))])).toEqual(['mean cosine of images, beside float32']);
    expect(missed([comparison(summed([...low(1), { path: 'b.jpg', cosine: 0.94 }], []))])).toEqual([
      'least cosine of images, beside float32',
    ]);
    const texts = [...low(1), { path: '', cosine: 0.94 }].map(({ cosine }) => ({ text: 'a', cosine }));
    expect(missed([comparison(summed([], texts))])).toEqual(['least cosine of texts, beside float32']);
    const ranks = [{ labelSet: 'general', labels: 2, pictures: 10, top1: 0.7, top5: 1 }];
    expect(missed([comparison({ ranks })])).toEqual(['same best label of general, beside float32']);
    const withoutBar = judge([comparison({ ranks })], { mean: bars.mean, minimum: bars.minimum });
    expect(withoutBar.map(({ what }) => what)).not.toContain('same best label of general, beside float32');
  });

  it("are the model's own: how far float32 is from the reference misses none", () => {
    const far = summed([{ path: 'a.jpg', cosine: 0.5 }], []);
    expect(missed([comparison({ of: 'float32', with: 'reference', ...far })])).toEqual([]);
    expect(missed([comparison({ of: 'model', with: 'reference', ...far })])).toHaveLength(2);
    expect(missed([comparison({ of: 'model', with: 'batches', ...far })])).toHaveLength(2);
  });
});

describe('a logit scale', () => {
  it('passes within a hundredth of the other, whichever is larger', () => {
    expect(judgeLogitScale('the reference', 100, 99.5).met).toBe(true);
    expect(judgeLogitScale('the reference', 99.5, 100).met).toBe(true);
    expect(judgeLogitScale('the reference', 100, 14.3).met).toBe(false);
    expect(judgeLogitScale('the reference', 14.3, 100).met).toBe(false);
  });
});
