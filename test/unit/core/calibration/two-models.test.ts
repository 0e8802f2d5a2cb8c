import { describe, expect, it } from 'vitest';
import { calibratedFit } from '../../../../functions/core/calibration/calibrated-fit.ts';
import { modelTemperature } from '../../../../functions/core/calibration/model-temperature.ts';
import { tagsForEach } from '../../../../functions/core/labels/block-tags.ts';
import { classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { embeddingAt, embeddingMatrix } from '../../../../functions/core/labels/embedding-matrix.ts';
import { MODEL, madeUpClassifier, madeUpPictures, SIZE } from './made-up-pictures.ts';

const LABELS = Array.from({ length: 40 }, (_, i) => `label ${i}`);
/** Every picture has one of the labels. */
const pictures = (count: number) => Array.from({ length: count }, (_, i) => i % LABELS.length);

/** Tags of a thousand pictures with a model that sees a picture so near to its label. */
function tagsOf(nearness: number, byOwnTemperature = true): number {
  const classifier = madeUpClassifier(LABELS);
  const { labelSet, labelRows } = classifier;
  const collection = madeUpPictures(pictures(1_000), 1, nearness);
  const others = madeUpPictures(pictures(1_000), 2, nearness);
  const words = embeddingMatrix(
    MODEL,
    LABELS.map((_, i) => labelRows.subarray(i * SIZE, (i + 1) * SIZE)),
  );
  const temperature = byOwnTemperature ? modelTemperature(others, words) : undefined;
  const background = { ...others, temperature };
  const { fit } = calibratedFit({ labelSet, classifier, collection, background, now: new Date(0) });
  const fitted = classifierOf({ ...labelSet, fits: { [MODEL]: fit } }, classifier, classifier);
  const embeddings = pictures(1_000).map((_, i) => ({
    modelDigest: MODEL,
    values: embeddingAt(collection, i),
  }));
  return tagsForEach(embeddings, fitted).reduce((sum, tags) => sum + tags.length, 0);
}

describe('one label set with several models', () => {
  it.each([
    ['one that hardly tells labels apart', 2],
    ['one that knows nothing', 0],
  ])('shows about as many tags with a good model as with %s', (_, nearness) => {
    const [good, other] = [tagsOf(8), tagsOf(nearness)];
    expect(Math.max(good / other, other / good)).toBeLessThan(1.5);
  });

  it("would not, by the model's logit scale in place of its temperature", () => {
    expect(tagsOf(8, false)).toBeGreaterThan(1.5 * tagsOf(0, false));
  });
});
