import { describe, expect, it } from 'vitest';
import { embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import type { Correction } from '../../../../functions/core/records/corrections.ts';
import { labelledByCorrections } from '../../../../functions/core/records/labelled-by-corrections.ts';

const LABELS = parseLabelSet(
  {
    name: 'things',
    version: 1,
    mode: 'independent',
    labels: [
      { name: 'husky', parent: 'dog' },
      { name: 'dog', parent: 'animal' },
      { name: 'cat', parent: 'animal' },
      'beach',
    ],
  },
  'a test',
);

const said = (label: string, isThere: boolean, set = 'things'): Correction => ({
  ...{ set, label, isThere, correctedAt: '2026-11-30T00:00:00Z' },
});

function knownOf(...corrections: readonly Correction[]) {
  const embeddings = embeddingMatrix('model', [Float32Array.of(1, 0)]);
  const [known] = labelledByCorrections(
    { embeddings, names: ['s3://b/a'], corrections: [corrections] },
    LABELS,
  ).known;
  return known && { positive: [...known.positive].sort(), negative: [...known.negative].sort() };
}

describe('what corrections say of images', () => {
  it.each([
    ['an added label and its broader ones are there', [said('husky', true)], ['animal', 'dog', 'husky'], []],
    ['a removed label is not, and its narrower ones are not', [said('dog', false)], [], ['dog', 'husky']],
    [
      'what was said of a label itself goes before what another implies',
      [said('husky', true), said('animal', false)],
      ['dog', 'husky'],
      ['animal', 'cat'],
    ],
    ['labels stand in the spelling of the label set', [said('Beach', true)], ['beach'], []],
  ])('%s', (_, corrections, positive, negative) => {
    expect(knownOf(...corrections)).toEqual({ positive, negative });
  });

  it('is nothing of other label sets, and of labels that the label set has not', () => {
    expect(knownOf(said('dog', true, 'others'))).toBeUndefined();
    expect(knownOf(said('wolf', true))).toBeUndefined();
    expect(knownOf()).toBeUndefined();
  });

  it('comes with the embeddings and names of those images alone', () => {
    const rows = [Float32Array.of(1, 0), Float32Array.of(0, 1), Float32Array.of(0.6, 0.8)];
    const stored = {
      embeddings: embeddingMatrix('model', rows),
      names: ['s3://b/0', 's3://b/1', 's3://b/2'],
      corrections: [[said('cat', true)], [], [said('cat', false)]],
    };
    const { embeddings, names, known } = labelledByCorrections(stored, LABELS);
    expect(names).toEqual(['s3://b/0', 's3://b/2']);
    expect(embeddings).toMatchObject({ modelDigest: 'model', count: 2, size: 2 });
    expect([...embeddings.values]).toEqual([1, 0, ...Float32Array.of(0.6, 0.8)]);
    expect(known).toHaveLength(2);
  });

  it('is nothing at all where nobody has corrected anything', () => {
    const embeddings = embeddingMatrix('model', [Float32Array.of(1, 0)]);
    const found = labelledByCorrections({ embeddings, names: ['s3://b/0'], corrections: [[]] }, LABELS);
    expect(found).toMatchObject({ names: [], known: [], embeddings: { count: 0, size: 2 } });
  });
});
