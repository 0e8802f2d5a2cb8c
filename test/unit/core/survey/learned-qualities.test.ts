import { expect, it } from 'vitest';
import type { Classifier } from '../../../../functions/core/labels/classifier.ts';
import { normalised } from '../../../../functions/core/labels/embedding.ts';
import { embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { labelSetDigest, parseLabelSet } from '../../../../functions/core/labels/label-set.ts';
import { learnedQualities } from '../../../../functions/core/survey/learned-qualities.ts';

const SIZE = 4;
const labelSet = parseLabelSet(
  { name: 'things', version: 1, mode: 'independent', labels: ['stripes', 'dots', 'plain'] },
  'a test',
);
/** Their words all say the same, which no picture shows. */
const words: Classifier = {
  ...{ labelSet, labelSetDigest: labelSetDigest(labelSet, 'model'), modelDigest: 'model', logitScale: 10 },
  labelRows: Float32Array.from({ length: 3 * SIZE }, (_, i) => (i % SIZE === 3 ? 1 : 0)),
  contrastRows: new Float32Array(),
};

/** Every fifth of a hundred pictures has stripes. */
const rows = Array.from({ length: 100 }, (_, i) =>
  normalised(Float32Array.of(i % 5 === 0 ? 1 : 0, Math.sin(i), Math.cos(2 * i), Math.sin(3 * i) / 9)),
);
const pictures = {
  embeddings: embeddingMatrix('model', rows),
  names: rows.map((_, i) => `s3://photos/${i}.jpg`),
};
const fitOf = (positive: readonly string[], direction: string | undefined = 'AAAA') => ({
  ...{ promptsDigest: 'p', slope: 1, offset: 0 },
  ...(direction !== undefined && { direction }),
  examples: { positive: [...positive], negative: ['s3://photos/1.jpg', 'file.jpg'] },
});

it('tells whether a learned label finds its examples better than its words, of those that are in the collection', () => {
  const examples = [0, 5, 10, 15, 20].map((i) => `s3://photos/${i}.jpg`);
  const labels = {
    stripes: fitOf([...examples, 'elsewhere.jpg']),
    dots: fitOf(['s3://photos/0.jpg', 'elsewhere.jpg']),
    plain: { ...fitOf(examples), direction: undefined },
  };
  const qualities = learnedQualities({ version: 1, fittedAt: '', labels }, words, pictures);
  expect([...qualities.keys()]).toEqual(['stripes']);
  const quality = qualities.get('stripes');
  expect(quality).toMatchObject({ verdict: 'better', folds: 5 });
  expect(quality?.learned).toBeGreaterThan(0.85);
  expect(quality?.words).toBeLessThan(0.8);
});

it('says nothing where nothing was learned, and of an empty collection', () => {
  expect(learnedQualities({ version: 1, fittedAt: '', labels: {} }, words, pictures).size).toBe(0);
  const empty = { embeddings: embeddingMatrix('model', [], SIZE), names: [] };
  const labels = { stripes: fitOf(['s3://photos/0.jpg', 's3://photos/5.jpg']) };
  expect(learnedQualities({ version: 1, fittedAt: '', labels }, words, empty).size).toBe(0);
});
