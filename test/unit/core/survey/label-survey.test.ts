import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelMismatch } from '../../../../functions/core/errors.ts';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import { normalised } from '../../../../functions/core/labels/embedding.ts';
import { embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { scoresByLabel, tagsFor } from '../../../../functions/core/labels/scores.ts';
import { cosineHistograms } from '../../../../functions/core/survey/cosine-histograms.ts';
import { labelSurvey } from '../../../../functions/core/survey/label-survey.ts';

const MODEL = 'model';

function classifier(mode: 'independent' | 'exclusive' = 'independent'): Classifier {
  const labels = [{ name: 'dog', parent: 'animal' }, 'beach'];
  const labelSet = parseLabelSet(
    { name: 'things', version: 1, mode, labels, minimumScore: 0.6, topK: 2 },
    'a test',
  );
  return {
    ...{ labelSet, labelSetDigest: labelSetDigest(labelSet, MODEL), modelDigest: MODEL, logitScale: 10 },
    labelRows: Float32Array.of(1, 0, 0, 0, 1, 0),
    contrastRows: Float32Array.of(0, 0, 1),
  };
}

const vector = fc
  .tuple(...[0, 1, 2].map(() => fc.double({ min: -1, max: 1, noNaN: true })))
  .filter((values) => Math.hypot(...values) > 0.1)
  .map((values) => normalised(Float32Array.from(values)));
const collection = fc.array(vector, { maxLength: 40 }).map((rows) => embeddingMatrix(MODEL, rows, 3));
const NEAREST = 3;

describe('a survey of a collection', () => {
  it('counts what tagging shows, and finds the images nearest to each lowest score', () => {
    fc.assert(
      fc.property(
        collection,
        fc.constantFrom('independent' as const, 'exclusive' as const),
        (embeddings, mode) => {
          const by = classifier(mode);
          const images = Array.from({ length: embeddings.count }, (_, row) => ({
            modelDigest: MODEL,
            values: embeddings.values.subarray(row * 3, row * 3 + 3),
          }));
          const tags = images.map((image) => tagsFor(image, by));
          const survey = labelSurvey(embeddings, by, { nearest: NEAREST });
          expect(survey).toMatchObject({
            tagged: tags.filter((some) => some.length > 0).length,
            tags: tags.flat().length,
          });
          const scores = images.map((image) => scoresByLabel(image, by));
          for (const [label, { shown, meanScore, above, below }] of survey.labels) {
            const carried = tags.flat().filter((tag) => tag.label === label);
            expect(shown).toBe(carried.length);
            const sum = carried.reduce((total, { score }) => total + score, 0);
            expect(meanScore * shown).toBeCloseTo(sum, 9);
            const ofLabel = scores.map((all, row) => ({ row, score: all.get(label) ?? 0 }));
            const side = (isAbove: boolean) =>
              ofLabel
                .filter(({ score }) => Number(score.toFixed(4)) >= 0.6 === isAbove)
                .sort((a, b) => Math.abs(a.score - 0.6) - Math.abs(b.score - 0.6) || a.row - b.row)
                .slice(0, NEAREST)
                .map(({ row }) => row);
            expect(above.map(({ row }) => row)).toEqual(side(true));
            expect(below.map(({ row }) => row)).toEqual(side(false));
            for (const { row, score } of [...above, ...below]) expect(score).toBe(scores[row]?.get(label));
          }
        },
      ),
    );
  });

  it('tells of broader labels too, and of no images where none are asked for', () => {
    const embeddings = embeddingMatrix(MODEL, [Float32Array.of(1, 0, 0)]);
    const { labels, tagged } = labelSurvey(embeddings, classifier());
    expect([...labels.keys()]).toEqual(['dog', 'beach', 'animal']);
    expect(tagged).toBe(1);
    expect(labels.get('animal')).toEqual({ shown: 1, meanScore: 1, minimumScore: 0.6, above: [], below: [] });
  });

  it('rejects embeddings of another model', () => {
    expect(() => labelSurvey(embeddingMatrix('other', []), classifier())).toThrow(ModelMismatch);
  });
});

describe('histograms of cosines', () => {
  it('count every image once, in at most 64 steps around its cosine', () => {
    fc.assert(
      fc.property(collection, (embeddings) => {
        const [first, second] = cosineHistograms(embeddings, Float32Array.of(1, 0, 0, 0, 0, 1));
        expect(first === undefined).toBe(embeddings.count === 0);
        if (embeddings.count === 0) return;
        for (const [histogram, axis] of [[first, 0] as const, [second, 2] as const]) {
          const { from = 0, step = 0, counts = [] } = histogram ?? {};
          expect(counts.length).toBeLessThanOrEqual(64);
          expect(counts[0]).toBeGreaterThan(0);
          const expected = new Array(counts.length).fill(0);
          for (let row = 0; row < embeddings.count; row++) {
            // In whole steps, for 1 takes what is left of a number near 0.
            const cosine = Math.min((embeddings.values[row * 3 + axis] ?? 0) + 1, 2 - 1e-12);
            expected[Math.floor((cosine - (from + 1)) / step)] += 1;
          }
          expect(counts).toEqual(expected);
        }
      }),
    );
  });
});
