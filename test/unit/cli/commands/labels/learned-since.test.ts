import { describe, expect, it } from 'vitest';
import { withLearnedSince } from '../../../../../functions/cli/commands/labels/calibration/learned-since.ts';
import type { LabelSetFit } from '../../../../../functions/core/labels/label-set-fit.ts';

const line = (slope: number, direction?: string) => ({
  ...{ promptsDigest: '0', slope, offset: 0 },
  ...(direction !== undefined && { direction }),
});
const fitWith = (labels: LabelSetFit['labels']): LabelSetFit => ({
  ...{ version: 1, fittedAt: '2026-11-30T12:00:00.000Z', labels },
});

describe('what is learned while a label set is calibrated', () => {
  it('holds, of labels that the calibration knew and of new ones', () => {
    const read = fitWith({ cat: line(1), dog: line(1, 'AAAA') });
    const calibrated = fitWith({ cat: line(2), dog: line(2, 'AAAA'), rat: line(2) });
    const now = fitWith({ cat: line(3, 'BBBB'), dog: line(1, 'AAAA'), pip: line(3, 'CCCC') });
    expect(withLearnedSince(calibrated, read, now).labels).toEqual({
      cat: line(3, 'BBBB'),
      dog: line(2, 'AAAA'),
      rat: line(2),
      pip: line(3, 'CCCC'),
    });
  });

  it('is unlearned, where somebody has said so', () => {
    const read = fitWith({ dog: line(1, 'AAAA') });
    expect(withLearnedSince(fitWith({ dog: line(2, 'AAAA') }), read, fitWith({})).labels).toEqual({});
  });

  it('changes nothing where nobody has learned anything', () => {
    const calibrated = fitWith({ cat: line(2) });
    expect(withLearnedSince(calibrated, undefined, undefined)).toEqual(calibrated);
    expect(withLearnedSince(calibrated, fitWith({ cat: line(1) }), fitWith({ cat: line(1) }))).toEqual(
      calibrated,
    );
  });
});
