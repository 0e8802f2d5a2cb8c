import { describe, expect, it } from 'vitest';
import {
  calibrationJson,
  calibrationLines,
} from '../../../../../functions/cli/commands/labels/calibration/calibration-text.ts';
import {
  labelRemarks,
  type RemarkedLabel,
} from '../../../../../functions/cli/commands/labels/calibration/label-remarks.ts';
import type { ChosenThreshold } from '../../../../../functions/core/calibration/calibration-report.ts';
import { calibratedLabel, calibratedSet, measuredLabel } from './calibrated-fixture.ts';

describe('what the terminal shows of a calibration', () => {
  it('is a line for each label, and what it comes to', () => {
    const label = calibratedLabel({ remarks: ['odd', 'rare'] });
    expect(calibrationLines(calibratedSet([label]))).toEqual([
      "mine (independent, mine.yaml) with model embedded: 1,000 pictures of the collection, 2,048 of the model's background, none whose labels are known.",
      '',
      expect.stringMatching(/^LABEL +BEFORE +AFTER +LOWEST SCORE +WITHOUT IT +REMARKS$/),
      expect.stringMatching(/^cat +30 +12 +0\.50 +0\.100 ± 0\.020 +odd; rare$/),
      '',
      'Pictures with a tag: 80.0 % before, 40.0 % after. Tags: 2,000 before, 500 after.',
    ]);
  });

  it('has what labelled pictures say where there are some', () => {
    const lines = calibrationLines(calibratedSet([measuredLabel(), calibratedLabel({ label: 'dog' })]));
    expect(lines[2]).toMatch(/ EXAMPLES +PRECISION +RECALL +REMARKS$/);
    expect(lines[3]).toMatch(/^cat .* 2 of 4 +66\.7 % +100\.0 %/);
    expect(lines[4]).toMatch(/^dog .* 0 of 0 +– +– *$/);
  });

  it('is twenty labels of many, and nothing of pictures where there are none', () => {
    const labels = Array.from({ length: 25 }, (_, i) => calibratedLabel({ label: `label ${i}` }));
    const images = { collection: 0, background: 9, labelled: 0 };
    const lines = calibrationLines(calibratedSet(labels, { images }));
    expect(lines).toHaveLength(24);
    expect(lines.at(-1)).toBe('… and 5 more labels (--json and --html show all)');
  });

  it('is for programs without what charts need', () => {
    const { labels, ...set } = calibrationJson(calibratedSet([measuredLabel()]));
    expect(set).toMatchObject({ labelSet: 'mine', mode: 'independent', model: 'embedded', version: 2 });
    const [label] = labels;
    expect(Object.keys(label ?? {}).sort()).toEqual(
      [
        ...[
          'calibration',
          'label',
          'method',
          'minimumScore',
          'negatives',
          'null',
          'positives',
          'remarks',
          'share',
        ],
        ...['shown', 'threshold'],
      ].sort(),
    );
    expect(label?.calibration?.before).toBeCloseTo(0.4, 10);
  });
});

describe('remarks on a label', () => {
  const threshold: ChosenThreshold = {
    ...{ threshold: 0.7, shown: 3, precision: 0.8, precisionAtLeast: 0.5, recall: 0.4 },
    ...{ aim: 'precision', outcome: 'out-of-reach' },
  };

  it.each<[string, Partial<RemarkedLabel>, string[]]>([
    [
      'one that no picture shows',
      { shown: 0, images: 500 },
      ['never stands out: no picture of the collection looks like it'],
    ],
    [
      'one that never wins',
      { shown: 0, images: 500, mode: 'exclusive' },
      ['never wins: other labels, or none, are likelier of every picture'],
    ],
    ['one that most pictures show', { shown: 400, images: 500 }, ['on 80.0 % of the pictures: says little']],
    ['few pictures, which may all be without it or with it', { shown: 0, images: 5 }, []],
    [
      'a precision that is out of reach',
      { threshold },
      ['the wanted precision is out of reach: 80.0 % at best'],
    ],
    [
      'a threshold of its own',
      { ownThreshold: 0.8, threshold: { ...threshold, outcome: 'sure' } },
      ['its own threshold, 0.8, goes before the fitted 0.70'],
    ],
    ['learning for nothing', { isNoBetter: true }, ['learned, and no better than its words alone']],
    [
      'labelled pictures that are easier than the collection',
      { meanScore: 0.125, threshold: { ...threshold, outcome: 'sure' } },
      ['by its scores 12.5 % of these 10 are right: the labelled pictures are easier than the collection'],
    ],
    ['nothing odd', {}, []],
  ])('are about %s', (_, changes, expected) => {
    expect(
      labelRemarks({
        shown: 10,
        meanScore: 0.6,
        images: 500,
        mode: 'independent',
        ownThreshold: undefined,
        ...changes,
      }),
    ).toEqual(expected);
  });
});
