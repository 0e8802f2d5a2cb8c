import { describe, expect, it } from 'vitest';
import { licenceRemark } from '../../../../functions/checkpoints/pull/licence-remark.ts';

describe('the licence of a checkpoint', () => {
  it.each(['mit', 'apache-2.0', 'openrail', 'cc-by-4.0', 'bsd-3-clause'])('%s needs no remark', (licence) => {
    expect(licenceRemark('a/b', licence)).toBeUndefined();
  });

  it.each(['cc-by-nc-4.0', 'CC-BY-NC-SA-4.0', 'apple-amlr', 'faipl-noncommercial', 'x-research-only'])(
    '%s is said to allow no commercial use',
    (licence) => {
      expect(licenceRemark('a/b', licence)).toBe(
        `a/b has the licence ${licence}, which allows no commercial use`,
      );
    },
  );

  it.each(['other', 'unknown', undefined])('%s is to be looked up', (licence) => {
    expect(licenceRemark('a/b', licence)).toMatch('declares no known licence');
  });
});
