import { describe, expect, it } from 'vitest';
import type { ExplainableImage } from '../../../../functions/core/explanation/explained-image.ts';
import {
  type ExplainingOptions,
  explainImage,
} from '../../../../functions/core/explanation/image-explanation.ts';
import { type Classifier, classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { embeddingToBytes, normalised } from '../../../../functions/core/labels/embedding.ts';
import { parseLabelSet, promptsDigest } from '../../../../functions/core/labels/label-set.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';
import { type Correction, correctedTags } from '../../../../functions/core/records/corrections.ts';
import type { BatchReadRequest } from '../../../../functions/core/records/tag-table.ts';

const MODEL = 'model-a';
/** Its cosines with the axes are 0.8, 0.6 and 0. */
const PICTURE = normalised([0.8, 0.6, 0]);

interface Made {
  readonly fit?: Readonly<Record<string, object>>;
  readonly set?: object;
}

/** cat, dog and car are the axes; a logit is ten times the cosine; the one contrast prompt lies opposite to car. */
function pets({ set = {}, fit }: Made = {}): Classifier {
  const written = {
    ...{ name: 'pets', version: 1, mode: 'independent', contrastPrompts: ['a photo'], minimumScore: 0.5 },
    labels: [
      { name: 'cat', synonyms: ['kitty'], parent: 'animal' },
      { name: 'dog', parent: 'animal' },
      'car',
    ],
    ...set,
  };
  const labelSet = parseLabelSet(written, 'pets');
  const labels = labelSet.labels
    .filter(({ name }) => fit?.[name])
    .map((label) => [
      label.name,
      { promptsDigest: promptsDigest(labelSet, label), slope: 10, offset: -5, ...fit?.[label.name] },
    ]);
  const fits = {
    [MODEL]: { version: 3, fittedAt: '2026-11-30T10:00:00.000Z', labels: Object.fromEntries(labels) },
  };
  const rows = {
    labelRows: Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1),
    contrastRows: labelSet.mode === 'independent' ? Float32Array.of(0, 0, -1) : new Float32Array(0),
  };
  return classifierOf({ ...labelSet, ...(fit && { fits }) }, rows, { modelDigest: MODEL, logitScale: 10 });
}

function imageBy(classifier: Classifier, changes: Partial<ExplainableImage> = {}): ExplainableImage {
  const embedding = { modelDigest: MODEL, values: PICTURE };
  return {
    ...{ bucket: 'photos', key: 'rex.jpg', status: 'tagged', modelDigest: MODEL },
    embedding: embeddingToBytes(embedding),
    tags: correctedTags(tagsFor(embedding, classifier), changes.corrections),
    labelSets: { pets: classifier.labelSetDigest },
    ...changes,
  };
}

const said = (label: string, isThere: boolean, more: Partial<Correction> = {}): Correction => ({
  ...{ set: 'pets', label, isThere, correctedAt: '2026-11-29T08:00:00.000Z' },
  ...more,
});

async function labelOf(
  label: string,
  made: Made = {},
  changes: Partial<ExplainableImage> = {},
  options: Partial<ExplainingOptions> = {},
) {
  const classifier = pets(made);
  const image = imageBy(classifier, changes);
  const { labels } = await explainImage(image, { classifiers: [classifier], label, ...options });
  expect(labels).toHaveLength(1);
  return labels[0];
}

describe('explainImage', () => {
  it.each<
    [reason: string, label: string, sentence: string, made?: Made, changes?: Partial<ExplainableImage>]
  >([
    [
      'passes',
      'kitty',
      'rex.jpg is tagged cat (1.00): it fits better than the contrast prompts, and 0.50 is enough.',
    ],
    ['passes', 'animal', 'rex.jpg is tagged animal (1.00): cat (1.00) implies it, and 0.50 is enough.'],
    [
      'below-threshold',
      'car',
      'car is not shown for rex.jpg: its score 0.50 is below 0.90; it would need a cosine of 0.220 and has 0.000.',
      { set: { minimumScore: 0.9 } },
    ],
    [
      'below-threshold',
      'car',
      'car is not shown for rex.jpg: its score 0.00 is below 1.00, and no cosine would be enough.',
      {
        set: {
          minimumScore: 1,
          labels: ['cat', 'dog', 'car'],
          mode: 'exclusive',
          contrastPrompts: undefined,
        },
      },
    ],
    [
      'beyond-top-k',
      'dog',
      'dog is not shown for rex.jpg: its score 1.00 is enough, but 2 labels of "pets" fit better, and it shows no more (topK).',
      { set: { topK: 2 } },
    ],
    [
      'passes',
      'cat',
      'rex.jpg is tagged cat (0.95): its cosine is 6.0 deviations above that of pictures without it, and 0.70 is enough.',
      { fit: { cat: { null: { mean: 0.2, deviation: 0.1, images: 900 }, threshold: 0.7 } } },
    ],
    [
      'added',
      'car',
      'rex.jpg is tagged car: somebody said so on 2026-11-29; the model gives it 0.50 and would not show it.',
      { set: { minimumScore: 0.9 } },
      { corrections: [said('car', true)] },
    ],
    [
      'implied',
      'animal',
      'rex.jpg is tagged animal: somebody added a label that implies it on 2026-11-29; the model gives it 1.00 and would show it.',
      {},
      {
        corrections: [said('dog', true, { parents: ['animal'] }), said('animal', true, { isImplied: true })],
      },
    ],
    [
      'removed',
      'cat',
      'cat is not shown for rex.jpg: somebody said on 2026-11-29 that it is not there; the model gives it 1.00 and would show it.',
      {},
      { corrections: [said('cat', false, { modelScore: 0.9997 })] },
    ],
    [
      'not-for-this-image',
      'cat',
      'cat is not shown for rex.jpg: the label set "pets" is for prefix incoming/ or bucket deliveries with prefix a/ only.',
      { set: { appliesTo: [{ prefix: 'incoming/' }, { bucket: 'deliveries', prefix: 'a/' }] } },
      { tags: [], labelSets: {} },
    ],
    [
      'outdated',
      'cat',
      'cat is not shown for rex.jpg, which was tagged with another state of "pets": a retag would show it (1.00).',
      {},
      { tags: [], labelSets: { pets: 'earlier' } },
    ],
    [
      'outdated',
      'car',
      'rex.jpg is tagged car (0.93) by an earlier state of "pets", or before it was for other images; a retag would take it away.',
      { set: { minimumScore: 0.9 } },
      { tags: [{ set: 'pets', label: 'car', score: 0.93 }], labelSets: { pets: 'earlier' } },
    ],
    [
      'other-model',
      'cat',
      'cat is not shown for rex.jpg: it was tagged by another model (model-b), with whose embedding nothing can be computed here.',
      {},
      { modelDigest: 'model-b', tags: [] },
    ],
    [
      'other-model',
      'dog',
      'rex.jpg is tagged dog (0.77) by another model (model-b), with whose embedding nothing can be computed here.',
      {},
      { modelDigest: 'model-b', tags: [{ set: 'pets', label: 'dog', score: 0.77 }] },
    ],
    [
      'other-model',
      'cat',
      'rex.jpg is tagged cat (0.90) with no embedding kept, so that nothing can be computed here.',
      {},
      {
        ...{ embedding: undefined, modelDigest: undefined, labelSets: { pets: 'earlier' } },
        tags: [{ set: 'pets', label: 'cat', score: 0.9 }],
      },
    ],
    [
      'not-at-hand',
      'rooms:kitchen',
      'rex.jpg is tagged kitchen (0.60) by the label set "rooms", which is not at hand here.',
      {},
      { tags: [{ set: 'rooms', label: 'kitchen', score: 0.6 }] },
    ],
    [
      'not-tagged',
      'cat',
      'rex.jpg has no tags, for it is failed: Expected an image.',
      {},
      {
        status: 'failed',
        reason: 'Expected an image.',
        tags: [],
        embedding: undefined,
        modelDigest: undefined,
      },
    ],
    [
      'not-tagged',
      'cat',
      'rex.jpg was deleted and has no tags.',
      {},
      { status: 'deleted', tags: [], embedding: undefined, modelDigest: undefined },
    ],
  ])('says of %s, %s: %s', async (reason, label, sentence, made, changes) => {
    const { tags } = imageBy(pets(made), changes);
    const explained = await labelOf(label, made, changes);
    expect({ reason: explained?.reason, sentence: explained?.sentence }).toEqual({ reason, sentence });
    const isCarried = tags.some((tag) => tag.set === explained?.set && tag.label === explained.label);
    expect(explained?.isShown).toBe(isCarried);
  });

  it('tells whose threshold it is, the label’s before the fit’s before the label set’s', async () => {
    const labels = [{ name: 'cat', threshold: 0.6 }, 'dog', 'car'];
    const made = { set: { labels }, fit: { cat: { threshold: 0.7 }, dog: { threshold: 0.8 } } };
    const thresholds = [];
    for (const label of ['cat', 'dog', 'car'])
      thresholds.push((await labelOf(label, made))?.model?.threshold);
    expect(thresholds).toMatchObject([
      { score: 0.6, from: 'label' },
      { score: 0.8, from: 'fit' },
      { score: 0.5, from: 'set' },
    ]);
  });

  it('leaves a fit out that was found with other words', async () => {
    const made = { fit: { cat: { promptsDigest: 'other', null: { mean: 0, deviation: 1, images: 1 } } } };
    expect((await labelOf('cat', made))?.model).not.toHaveProperty('nullDistribution');
  });

  it('asks the encoder for the prompts of one label with several, and for no other', async () => {
    const asked: string[][] = [];
    const encode = async (prompts: readonly string[]) => {
      asked.push([...prompts]);
      return prompts.map((_, i) => ({
        modelDigest: MODEL,
        values: normalised(i === 0 ? [0, 1, 0] : [1, 0, 0]),
      }));
    };
    expect((await labelOf('dog', {}, {}, { encode }))?.prompts).toMatchObject([{ text: 'a photo of a dog' }]);
    expect((await labelOf('animal', {}, {}, { encode }))?.prompts).toBeUndefined();
    expect(asked).toEqual([]);
    const prompts = (await labelOf('cat', {}, {}, { encode }))?.prompts ?? [];
    expect(prompts.map(({ text, cosine }) => [text, cosine.toFixed(2)])).toEqual([
      ['a photo of a kitty', '0.80'],
      ['a photo of a cat', '0.60'],
    ]);
    expect(asked).toEqual([['a photo of a cat', 'a photo of a kitty']]);
    expect(await labelOf('cat')).not.toHaveProperty('prompts');
  });

  it('shows of a learned label the nearest examples, of those that the table still has from this model', async () => {
    const direction = Buffer.from(embeddingToBytes({ modelDigest: MODEL, values: PICTURE })).toString(
      'base64',
    );
    const positive = [
      's3://photos/far.jpg',
      's3://photos/near.jpg',
      's3://photos/other.jpg',
      'here/file.jpg',
    ];
    const made = { fit: { cat: { direction, examples: { positive, negative: ['s3://photos/no.jpg'] } } } };
    const stored = (key: string, values: number[], modelDigest = MODEL) => ({
      ...{ PK: `IMAGE#photos/${key}`, SK: 'IMAGE', bucket: 'photos', key, modelDigest },
      embedding: embeddingToBytes({ modelDigest, values: normalised(values) }),
    });
    const read: BatchReadRequest[] = [];
    const table = {
      readBatch: async (request: BatchReadRequest) => {
        read.push(request);
        return [
          stored('far.jpg', [0, 0, 1]),
          stored('near.jpg', [0.8, 0.6, 0.1]),
          stored('other.jpg', [1, 1, 1], 'b'),
        ];
      },
    };
    const cat = await labelOf('cat', made, {}, { table });
    expect(cat).toMatchObject({
      ...{ reason: 'learned', model: { isLearned: true, fittedTo: { positive: 4, negative: 1 } } },
      examples: [{ text: 's3://photos/near.jpg' }, { text: 's3://photos/far.jpg' }],
    });
    expect(cat?.sentence).toContain('it is like the images that the label was learned from');
    expect(read.map(({ Keys }) => Keys.length)).toEqual([3]);
  });

  it('tells what it carries, what was taken away and what it nearly carries, where no label is asked for', async () => {
    const made = { set: { minimumScore: 0.9, topK: 2 } };
    const classifier = pets(made);
    const image = imageBy(classifier, {
      corrections: [said('cat', false)],
      labelSets: { pets: classifier.labelSetDigest, rooms: 'x' },
    });
    const found = await explainImage(image, { classifiers: [classifier] });
    expect(found.sentence).toBe('rex.jpg is tagged animal.');
    expect(found.labels.map(({ label, reason }) => `${label} ${reason}`)).toEqual([
      'animal passes',
      'cat removed',
      'dog beyond-top-k',
      'car below-threshold',
    ]);
    expect(found.sets).toMatchObject([
      { set: 'pets', state: 'current', mode: 'independent', topK: 2 },
      { set: 'rooms', state: 'not-at-hand' },
    ]);
  });

  it('says of a file what label sets say that are for other places', async () => {
    const made = { set: { appliesTo: [{ prefix: 'incoming/' }] } };
    expect(await labelOf('cat', made, {}, { isStored: false })).toMatchObject({
      reason: 'passes',
      isShown: true,
    });
  });

  it.each([
    ['katt', /no label set \(pets\) knows "katt"/],
    ['pest:cat', /no label set is called "pest" \(there is pets\); did you mean "pets"\?/],
    ['pets:dgo', /no label set \(pets\) knows "dgo"; did you mean "dog"\?/],
  ])('rejects %s', async (label, message) => {
    await expect(labelOf(label)).rejects.toThrow(message);
  });
});
