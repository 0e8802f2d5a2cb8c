import { describe, expect, it } from 'vitest';
import { adHocLabelSet } from '../../../../functions/core/labels/ad-hoc-label-set.ts';
import { compileClassifier } from '../../../../functions/core/labels/classifier.ts';
import { embeddingToBytes, normalised } from '../../../../functions/core/labels/embedding.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';
import { changingCollection } from '../../../../functions/core/search/collection/changing-collection.ts';
import { labelPreview } from '../../../../functions/core/search/label-preview.ts';

const SIZE = 32;
const MODEL = 'model-1';

/** Some direction for each text, always the same. */
function direction(text: string): Float32Array {
  let state = [...text].reduce((sum, char) => (sum * 31 + (char.codePointAt(0) ?? 0)) >>> 0, 7);
  const next = () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32 - 0.5;
  };
  return normalised(Float32Array.from({ length: SIZE }, next));
}
const textEncoder = {
  ...{ modelDigest: MODEL, logitScale: 20 },
  encode: async (texts: readonly string[]) =>
    texts.map((text) => ({ modelDigest: MODEL, values: direction(text) })),
};

function collectionOf(count: number) {
  const collection = changingCollection({ modelDigest: MODEL });
  const embeddings = Array.from({ length: count }, (_, i) => {
    // Pictures of a label are near its prompt.
    const towards = direction(`a photo of a ${['cat', 'dog', 'bird', 'sea'][i % 4]}`);
    const own = direction(`picture ${i}`);
    return normalised(towards.map((value, at) => value + 0.8 * (own[at] ?? 0)));
  });
  for (const [i, values] of embeddings.entries()) {
    collection.take({
      ...{ bucket: 'photos', key: `${i}.jpg`, status: 'tagged', sequencer: '1', revision: 1, tags: [] },
      ...{ modelDigest: MODEL, embedding: embeddingToBytes({ modelDigest: MODEL, values }) },
      recordedAt: '2026-11-30T10:00:00.000Z',
    });
  }
  return { collection, embeddings };
}

function finished<Result>(steps: Generator<undefined, Result>): { result: Result; pauses: number } {
  for (let pauses = 0; ; pauses++) {
    const { done, value } = steps.next();
    if (done) return { result: value, pauses };
  }
}

describe('a preview of labels', () => {
  it.each([false, true])(
    'counts the pictures that get each label as a tag (exclusive: %s)',
    async (isExclusive) => {
      const { collection, embeddings } = collectionOf(200);
      const classifier = await compileClassifier(
        adHocLabelSet(['cat', 'dog', 'bird'], { isExclusive }),
        textEncoder,
      );
      const { result } = finished(labelPreview(collection, classifier, 4));
      expect(result.images).toBe(200);
      const tags = embeddings.map((values) => tagsFor({ modelDigest: MODEL, values }, classifier));
      for (const { label, count, best } of result.labels) {
        const given = tags.filter((of) => of.some((tag) => tag.label === label)).length;
        // Embeddings in memory are rounded: a picture at the very minimum may fall on its other side.
        expect(Math.abs(count - given)).toBeLessThanOrEqual(2);
        expect(given).toBeGreaterThan(20);
        expect(best.map(({ row }) => row % 4)).toEqual(Array(4).fill(['cat', 'dog', 'bird'].indexOf(label)));
        expect(best.map(({ score }) => score)).toEqual(best.map(({ score }) => score).sort((a, b) => b - a));
      }
    },
  );

  it('leaves out images that are gone or of another model', async () => {
    const { collection } = collectionOf(8);
    collection.remove({ bucket: 'photos', key: '0.jpg' });
    collection.take({
      ...{ bucket: 'photos', key: '1.jpg', status: 'tagged', sequencer: '2', revision: 1, tags: [] },
      ...{
        modelDigest: 'another',
        embedding: new Uint8Array(2 * SIZE),
        recordedAt: '2026-11-30T10:00:00.000Z',
      },
    });
    const classifier = await compileClassifier(adHocLabelSet(['cat'], { minimumScore: 0 }), textEncoder);
    const { result } = finished(labelPreview(collection, classifier, 24));
    expect(result).toMatchObject({ images: 6, labels: [{ count: 6 }] });
    expect(result.labels[0]?.best).toHaveLength(6);
  });

  it('pauses, so that others have their turn', async () => {
    const { collection } = collectionOf(9_000);
    const classifier = await compileClassifier(adHocLabelSet(['cat', 'dog']), textEncoder);
    expect(finished(labelPreview(collection, classifier, 0)).pauses).toBe(2 + 3 + 1);
  });
});
