import { describe, expect, it } from 'vitest';
import { isSameFit } from '../../../../../functions/cli/commands/labels/calibration/same-fit.ts';
import type { LabelSetFit } from '../../../../../functions/core/labels/label-set-fit.ts';

const cat = {
  promptsDigest: '0123456789abcdef',
  slope: 10.108457922437523,
  offset: -6.8,
  null: { mean: 0, deviation: 0.05, images: 20 },
};
const fit: LabelSetFit = {
  version: 1,
  fittedAt: '2026-11-30T12:00:00.000Z',
  labels: { cat: { ...cat, threshold: 0.5 }, dog: { ...cat, direction: 'AAAA' } },
};

describe('a fit that was found again', () => {
  it('is the same as that of before, whenever it was made and whatever noise its numbers have', () => {
    const again = { ...cat, slope: 10.10845792258831, offset: -6.8000000003, threshold: 0.5 };
    const labels = { dog: { ...cat, direction: 'AAAA', curve: undefined }, cat: again };
    expect(isSameFit({ version: 7, fittedAt: '2027-01-01T12:00:00.000Z', labels }, fit)).toBe(true);
  });

  it.each<[string, Partial<LabelSetFit>]>([
    ['a number', { labels: { ...fit.labels, cat: { ...cat, threshold: 0.5001 } } }],
    ['a threshold that is gone', { labels: { ...fit.labels, cat } }],
    ['a direction', { labels: { ...fit.labels, dog: { ...cat, direction: 'AAAB' } } }],
    ['a label', { labels: { cat: { ...cat, threshold: 0.5 } } }],
    ['"unknown"', { unknownLogit: 0 }],
  ])('is another one by %s', (_what, change) => {
    expect(isSameFit({ ...fit, ...change }, fit)).toBe(false);
  });

  it('is another one where there was none', () => {
    expect(isSameFit(fit, undefined)).toBe(false);
  });
});
