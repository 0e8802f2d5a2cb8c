import { describe, expect, test } from 'vitest';
import { bestLabelAnswers, calibration } from '../../../../functions/core/evaluation/calibration.ts';

const outcomes = (score: number, ...rights: (0 | 1)[]) =>
  rights.map((right) => ({ score, isRight: right === 1 }));

describe('calibration', () => {
  test('weighs the distance of score and share right in each of 15 bins by the number in it', () => {
    // Four score 0.9 (bin 0.867 to 0.933), three are right: 0.15 away. Five score 0.2 (0.133 to 0.2), none is right: 0.2.
    // One scores 0.5 and is right: 0.5. Together (4 × 0.15 + 5 × 0.2 + 1 × 0.5) / 10 = 0.21.
    const given = [...outcomes(0.9, 1, 1, 0, 1), ...outcomes(0.2, 0, 0, 0, 0, 0), ...outcomes(0.5, 1)];
    const { expectedError, bins } = calibration(given);
    expect(expectedError).toBeCloseTo(0.21, 12);
    expect(bins.map(({ count, right }) => ({ count, right }))).toEqual([
      { count: 5, right: 0 },
      { count: 1, right: 1 },
      { count: 4, right: 0.75 },
    ]);
    expect(bins.map(({ meanScore }) => meanScore)).toEqual([
      expect.closeTo(0.2),
      expect.closeTo(0.5),
      expect.closeTo(0.9),
    ]);
  });

  test('takes the mean of the scores within a bin before it compares', () => {
    // 0.94 and 0.98 share the last bin: mean 0.96, half of them right.
    const { expectedError, bins } = calibration([...outcomes(0.94, 1), ...outcomes(0.98, 0)]);
    expect(bins).toHaveLength(1);
    expect(expectedError).toBeCloseTo(0.46, 12);
  });

  test('puts a score on an edge into the bin below it, 0 into the first and 1 into the last', () => {
    const { bins } = calibration([0, 1 / 15, 1.0001 / 15, 1].flatMap((score) => outcomes(score, 1)));
    expect(bins.map(({ from, to, count }) => [from, to, count])).toEqual([
      [0, 1 / 15, 2],
      [1 / 15, 2 / 15, 1],
      [14 / 15, 1, 1],
    ]);
  });

  test('has no error where scores come true, nor where there are none', () => {
    expect(calibration(outcomes(0.75, 1, 1, 0, 1)).expectedError).toBeCloseTo(0, 12);
    expect(calibration([])).toEqual({ expectedError: 0, bins: [] });
  });
});

test('bestLabelAnswers takes the best label of each picture', () => {
  const best = [
    { label: 'cat', score: 0.7 },
    { label: 'dog', score: 0.2 },
  ];
  const answer = (label: string) => ({ label, right: new Set([label]), best });
  expect(bestLabelAnswers([answer('cat'), answer('dog')])).toEqual([
    { score: 0.7, isRight: true },
    { score: 0.7, isRight: false },
  ]);
});
