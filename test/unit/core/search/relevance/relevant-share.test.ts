import { expect, it } from 'vitest';
import { relevantShareLogOdds } from '../../../../../functions/core/search/relevance/relevant-share.ts';

it('grows with pictures that are certain, however certain they are', () => {
  const shareWith = (logRatio: number) =>
    1 / (1 + Math.exp(-relevantShareLogOdds(Float64Array.of(-6, logRatio), Float64Array.of(70, 30))));
  expect(shareWith(50)).toBeCloseTo(0.3, 1);
  for (const logRatio of [600, 800, 1e6]) expect(shareWith(logRatio)).toBeCloseTo(shareWith(50), 6);
});
