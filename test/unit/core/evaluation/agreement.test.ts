import { describe, expect, test } from 'vitest';
import {
  cosineSummary,
  pairedCosines,
  rankAgreement,
} from '../../../../functions/core/evaluation/agreement.ts';

const unit = (...degrees: number[]) =>
  degrees.map((angle) => ({
    modelDigest: `model ${angle}`,
    values: Float32Array.of(Math.cos((angle * Math.PI) / 180), Math.sin((angle * Math.PI) / 180)),
  }));

describe('pairedCosines', () => {
  test('compares embeddings of different models, pair by pair', () => {
    const [same, sixty, opposite] = pairedCosines(unit(10, 70, 190), unit(10, 10, 10));
    expect(same).toBeCloseTo(1, 6);
    expect(sixty).toBeCloseTo(0.5, 6);
    expect(opposite).toBeCloseTo(-1, 6);
  });

  test('rejects embeddings of another size', () => {
    const other = [{ values: Float32Array.of(1, 0, 0) }];
    expect(() => pairedCosines(unit(0), other)).toThrow(/Expected embeddings of 3 numbers.*received 2/);
    expect(() => pairedCosines(unit(0), other)).toThrow(expect.objectContaining({ code: 'not-comparable' }));
  });

  test('rejects lists of different lengths', () => {
    expect(() => pairedCosines(unit(0, 1), unit(0))).toThrow(/Expected 1 embeddings.*received 2/);
  });
});

describe('cosineSummary', () => {
  test('has mean, least and percentiles by nearest rank, whatever the order', () => {
    const cosines = Array.from({ length: 200 }, (_, i) => (200 - i) / 200);
    const summary = cosineSummary(cosines);
    expect(summary).toEqual({
      count: 200,
      mean: expect.closeTo(0.5025, 6),
      minimum: 0.005,
      percentile1: 0.01,
      percentile5: 0.05,
      median: 0.5,
    });
  });

  test('of one pair is that pair', () => {
    expect(cosineSummary([0.7])).toEqual({
      ...{ count: 1, mean: 0.7, minimum: 0.7, percentile1: 0.7, percentile5: 0.7, median: 0.7 },
    });
  });

  test('rejects no pairs at all: a mean of nothing would pass or fail by accident', () => {
    expect(() => cosineSummary([])).toThrow(expect.objectContaining({ code: 'not-comparable' }));
  });
});

describe('rankAgreement', () => {
  test('counts same best labels, and the overlap of the best five in any order', () => {
    const references = [
      ['a', 'b', 'c', 'd', 'e', 'f'],
      ['a', 'b', 'c', 'd', 'e', 'f'],
    ];
    const best = [
      ['a', 'c', 'b', 'x', 'y', 'd'], // same best; a, b, c of five: d is sixth
      ['b', 'a', 'c', 'd', 'e', 'f'], // another best; the same five
    ];
    expect(rankAgreement(best, references)).toEqual({ pictures: 2, top1: 0.5, top5: 0.8 });
  });

  test('of fewer labels than five is a share of those', () => {
    expect(rankAgreement([['a', 'c']], [['a', 'b']])).toEqual({ pictures: 1, top1: 1, top5: 0.5 });
  });

  test('rejects rankings of another number of pictures', () => {
    expect(() => rankAgreement([], [['a']])).toThrow(/Expected rankings of 1 pictures.*received 0/);
  });
});
