import { describe, expect, it } from 'vitest';
import {
  boundedFindings,
  mergedFindings,
  type RetagFindings,
} from '../../../../functions/core/retag/findings.ts';

const label = (name: string, changes: object = {}) => ({
  ...{ set: 'things', label: name, added: 0, removed: 0, rescored: 0 },
  ...changes,
});
const example = (key: string) => ({ bucket: 'photos', key, added: [], removed: [], rescored: [] });
const findings = (changes: Partial<RetagFindings> = {}): RetagFindings => ({
  ...{ images: 0, changed: 0, noted: 0, right: 0, stale: 0, awaited: 0 },
  ...{ foreign: {}, labels: [], examples: [] },
  ...changes,
});

describe('merged findings', () => {
  it('of no part are nothing', () => {
    expect(mergedFindings([])).toEqual(findings());
  });

  it('add up every count', () => {
    const one = findings({ images: 1, changed: 2, noted: 4, right: 8, stale: 16, awaited: 32 });
    const two = findings({ images: 64, changed: 64, noted: 64, right: 64, stale: 64, awaited: 64 });
    expect(mergedFindings([one, two])).toEqual(
      findings({ images: 65, changed: 66, noted: 68, right: 72, stale: 80, awaited: 96 }),
    );
  });

  it('add up the images of each foreign model', () => {
    const parts = [findings({ foreign: { a: 1, b: 2 } }), findings({ foreign: { b: 4, '': 8 } })];
    expect(mergedFindings(parts).foreign).toEqual({ a: 1, b: 6, '': 8 });
  });

  it('add up the changes of each label of a set, most changed first', () => {
    const parts = [
      findings({ labels: [label('cat', { added: 1, removed: 2, rescored: 4 }), label('dog', { added: 9 })] }),
      findings({
        labels: [label('cat', { added: 8, removed: 16, rescored: 32 }), label('cat', { set: 'other' })],
      }),
    ];
    expect(mergedFindings(parts).labels).toEqual([
      label('cat', { added: 9, removed: 18, rescored: 36 }),
      label('dog', { added: 9 }),
      label('cat', { set: 'other' }),
    ]);
  });

  it('keep the first five examples', () => {
    const parts = [
      ['a', 'b', 'c'],
      ['d', 'e', 'f'],
    ].map((keys) => findings({ examples: keys.map(example) }));
    expect(mergedFindings(parts).examples).toEqual(['a', 'b', 'c', 'd', 'e'].map(example));
  });

  it('add up the labels that were left out, and say nothing where none was', () => {
    const parts = [findings({ omittedLabels: 2 }), findings(), findings({ omittedLabels: 3 })];
    expect(mergedFindings(parts).omittedLabels).toBe(5);
    expect(mergedFindings([findings()])).not.toHaveProperty('omittedLabels');
  });
});

describe('bounded findings', () => {
  const labels = [label('cat', { added: 2 }), label('dög', { added: 1 })];
  const bytes = labels.reduce((sum, one) => sum + Buffer.byteLength(JSON.stringify(one)) + 1, 0);

  it('keep all labels that fit, to the byte', () => {
    const whole = findings({ labels });
    expect(boundedFindings(whole, bytes)).toEqual(whole);
    expect(boundedFindings(whole, bytes)).not.toHaveProperty('omittedLabels');
  });

  it('leave out the least changed, and count them with those left out before', () => {
    expect(boundedFindings(findings({ labels }), bytes - 1)).toEqual(
      findings({ labels: labels.slice(0, 1), omittedLabels: 1 }),
    );
    expect(boundedFindings(findings({ labels, omittedLabels: 7 }), 0)).toEqual(
      findings({ labels: [], omittedLabels: 9 }),
    );
  });
});
