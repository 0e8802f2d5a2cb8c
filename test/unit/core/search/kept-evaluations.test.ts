import { describe, expect, it } from 'vitest';
import type { EvaluatedQuery } from '../../../../functions/core/search/evaluation.ts';
import type { CollectedRecord } from '../../../../functions/core/search/image-collection.ts';
import { keptEvaluations } from '../../../../functions/core/search/kept-evaluations.ts';
import type { Query, SimilarCondition } from '../../../../functions/core/search/language/query.ts';
import { recordCollection } from '../../../../functions/core/search/record-collection.ts';
import { plainRelevance } from '../../../../functions/core/search/relevance.ts';

const record = (key: string, score: number): CollectedRecord => ({
  ...{ bucket: 'photos', key, status: 'tagged', sequencer: '1', eventTime: '', revision: 1 },
  ...{ recordedAt: '2026-11-30T10:00:00.000Z', tags: [{ set: 'things', label: 'dog', score }] },
});

const dogs = (minimumScore: number): EvaluatedQuery => ({
  query: { kind: 'label', terms: [{ set: 'things', label: 'dog' }], minimumScore },
  vectors: new Map(),
  relevanceOf: (cosines) => plainRelevance.of(cosines),
});

describe('keptEvaluations', () => {
  it('keeps those of several queries until the collection changes', () => {
    const collection = recordCollection('model', [record('a', 0.9), record('b', 0.5)]);
    const evaluationNow = keptEvaluations(collection);
    const [sure, all] = [evaluationNow(dogs(0.8)), evaluationNow(dogs(0))];
    expect([sure.total, all.total]).toEqual([1, 2]);
    expect(evaluationNow(dogs(0.8))).toBe(sure);
    expect(evaluationNow(dogs(0), [])).toBe(all);
    collection.take(record('c', 0.95));
    expect(evaluationNow(dogs(0.8)).total).toBe(2);
  });

  it('keeps the last of so many alone', () => {
    const evaluationNow = keptEvaluations(recordCollection('model', [record('a', 0.9)]));
    const first = evaluationNow(dogs(0));
    const others = Array.from({ length: 64 }, (_, i) => evaluationNow(dogs((i + 1) / 100)));
    expect(evaluationNow(dogs(0))).not.toBe(first);
    expect(evaluationNow(dogs(64 / 100))).toBe(others[63]);
  });

  it('tells queries apart that compare with the same content and ask for something else', () => {
    const evaluationNow = keptEvaluations(recordCollection('model', [record('a', 0.9), record('b', 0.9)]));
    const condition: SimilarCondition = { kind: 'similar', key: '' };
    const without = (key: string): EvaluatedQuery => {
      const other: Query = { kind: 'not', of: { kind: 'image', bucket: 'photos', key } };
      return { ...dogs(0), query: other, vectors: new Map([[condition, Float32Array.of(1, 0)]]) };
    };
    expect(evaluationNow(without('a')).has(0)).toBe(false);
    expect(evaluationNow(without('b')).has(0)).toBe(true);
  });
});
