import { describe, expect, it } from 'vitest';
import { type Classifier, classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { embeddingToBytes } from '../../../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet, promptsDigest } from '../../../../functions/core/labels/label-set.ts';
import type { LabelFit } from '../../../../functions/core/labels/label-set-fit.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';
import type { ImageRecord } from '../../../../functions/core/records/image-record.ts';
import { type LabelSetsOfModel, retagging } from '../../../../functions/core/retag/retagging.ts';
import { retagCounter, tagChanges } from '../../../../functions/core/retag/tally.ts';
import { describeImage } from '../../../../functions/core/tagging/describe-image.ts';

/** A label set whose labels are the axes of the embedding: the image shows the first half and half the second. */
function classifier(name: string, labels: readonly string[], settings: object = {}) {
  const labelSet = parseLabelSet(
    { name, version: 1, mode: 'independent', labels, minimumScore: 0.6, ...settings },
    name,
  );
  const axes = Float32Array.of(1, 0, 0, 0, 1, 0);
  return {
    labelSet,
    labelSetDigest: labelSetDigest(labelSet, 'model-a'),
    modelDigest: 'model-a',
    logitScale: 2,
    labelRows: axes.slice(0, labels.length * 3),
    contrastRows: Float32Array.of(0, 0, 1),
  };
}

const things = classifier('things', ['cat', 'dog']);
const tag = (set: string, label: string, score: number) => ({ set, label, score });
/** 1 / (1 + e^-(2 × 0.8)) and 1 / (1 + e^-(2 × 0.6)); 0.6 is stored as 0.6001. */
const TAGS = [tag('things', 'cat', 0.832), tag('things', 'dog', 0.7686)];

const record = (changes: Partial<ImageRecord> = {}): ImageRecord => ({
  bucket: 'photos',
  key: 'a.jpg',
  sequencer: '1',
  revision: 3,
  supersededTags: [],
  eventTime: '',
  recordedAt: '',
  status: 'tagged',
  tags: TAGS,
  modelDigest: 'model-a',
  embedding: embeddingToBytes({ modelDigest: 'model-a', values: Float32Array.of(0.8, 0.6, 0) }),
  labelSets: { things: things.labelSetDigest },
  ...changes,
});
const by = (...classifiers: Classifier[]): LabelSetsOfModel => ({
  modelDigest: 'model-a',
  classifiers,
});

describe('retagging', () => {
  it('scores the stored embedding with a label set that the record does not know', () => {
    const before = record({ tags: [], labelSets: {} });
    expect(retagging(before, by(things))).toEqual({
      kind: 'changed',
      tags: TAGS,
      labelSets: { things: things.labelSetDigest },
    });
  });

  it('gives the very tags that tagging gave, whatever was lost when the embedding was stored', async () => {
    const exact = { modelDigest: 'model-a', values: Float32Array.of(0.8, 0.6, 0) };
    const reader = {
      decoder: {
        decode: async () => ({ size: 1, data: new Uint8Array(3), width: 1, height: 1, format: 'png' }),
      },
      encoder: {
        modelDigest: 'model-a',
        pixelSpec: { size: 1, resize: 'bicubic' as const },
        encode: async () => exact,
      },
    };
    const content = await describeImage(new Uint8Array(1), reader, [things]);
    expect(tagsFor(exact, things)).not.toEqual(content.tags);
    const relabelled = classifier('things', ['cat', 'dog'], { version: 2 });
    expect(retagging(record(content), by(relabelled))).toMatchObject({ kind: 'changed', tags: content.tags });
  });

  it('finds a record right that names the very same label sets, without scoring it', () => {
    const unlikely = [tag('things', 'cat', 0.1)];
    expect(retagging(record({ tags: unlikely }), by(things))).toEqual({ kind: 'right' });
  });

  it('leaves tags of a label set that is the same as they are, and removes those of one that is gone', () => {
    const kept = tag('things', 'cat', 0.1234);
    const before = record({
      tags: [kept, tag('old', 'x', 0.9)],
      labelSets: { things: things.labelSetDigest, old: 'digest' },
    });
    expect(retagging(before, by(things))).toMatchObject({ kind: 'changed', tags: [kept] });
  });

  it('keeps the model’s own tags of a label set that is the same, whatever people have corrected', () => {
    const corrections = [
      { set: 'things', label: 'cat', isThere: false, correctedAt: '', modelScore: 0.832 },
      { set: 'things', label: 'bird', isThere: true, correctedAt: '' },
    ];
    const before = record({
      tags: [tag('things', 'bird', 1), tag('things', 'dog', 0.7686)],
      corrections,
      labelSets: { things: things.labelSetDigest, old: 'digest' },
    });
    expect(retagging(before, by(things))).toMatchObject({ kind: 'changed', tags: TAGS });
  });

  it('applies a label set only where it is meant to apply', () => {
    const trips = classifier('trips', ['cat'], { appliesTo: [{ prefix: 'trips/' }] });
    expect(retagging(record(), by(things, trips))).toEqual({ kind: 'right' });
    expect(retagging(record({ key: 'trips/a.jpg' }), by(things, trips))).toMatchObject({
      kind: 'changed',
      tags: [...TAGS, tag('trips', 'cat', 0.832)],
    });
  });

  it('notices a changed threshold', () => {
    const strict = classifier('things', ['cat', 'dog'], { minimumScore: 0.8 });
    expect(retagging(record(), by(strict))).toMatchObject({ kind: 'changed', tags: TAGS.slice(0, 1) });
  });

  /** As a record that carries {@link TAGS} finds it, when this was fitted to the cat. */
  const fitted = (changes: Partial<LabelFit>, modelDigest = 'model-a') => {
    const { labelSet, ...model } = things;
    const cat = {
      promptsDigest: promptsDigest(labelSet, labelSet.labels[0]!),
      slope: 10,
      offset: -8,
      ...changes,
    };
    const fits = { [modelDigest]: { version: 1, fittedAt: '', labels: { cat } } };
    return classifierOf({ ...labelSet, fits }, model, model);
  };

  it('tags anew when the label set was fitted with this model, and again when the fit changes', () => {
    const first = retagging(record(), by(fitted({})));
    expect(first).toMatchObject({ kind: 'changed', tags: [TAGS[1]] });
    const { labelSets } = first as Extract<typeof first, { kind: 'changed' }>;
    const retagged = record({ tags: [TAGS[1]!], labelSets });
    expect(retagging(retagged, by(fitted({})))).toEqual({ kind: 'right' });
    // 1 / (1 + e^-(10 × 0.8 - 6)); 0.8 is stored a little lower.
    expect(retagging(retagged, by(fitted({ offset: -6 })))).toMatchObject({
      kind: 'changed',
      tags: [tag('things', 'cat', 0.8807), TAGS[1]],
    });
    expect(retagging(retagged, by(things))).toMatchObject({ kind: 'changed', tags: TAGS });
  });

  it('finds a record right when the label set was fitted with another model', () => {
    expect(retagging(record(), by(fitted({}, 'model-b')))).toEqual({ kind: 'right' });
  });

  it('rejects embeddings of another model, and none at all', () => {
    const other = record({ modelDigest: 'model-b', labelSets: {} });
    expect(retagging(other, by(things))).toEqual({ kind: 'foreign', modelDigest: 'model-b' });
    const none = record({ embedding: undefined });
    expect(retagging(none, by(things))).toEqual({ kind: 'foreign', modelDigest: undefined });
  });

  it.each(['failed', 'unsupported', 'deleted'] as const)('leaves %s images alone', (status) => {
    expect(retagging(record({ status, tags: [], embedding: undefined }), by(things))).toEqual({
      kind: 'untagged',
    });
  });
});

describe('the tally', () => {
  it('counts images by what becomes of them, and labels by how often they change', () => {
    const counter = retagCounter();
    const changed = (tags: typeof TAGS) => ({ kind: 'changed', tags, labelSets: {} }) as const;
    counter.count(record(), { kind: 'right' });
    counter.count(record(), { kind: 'untagged' });
    counter.count(record(), { kind: 'foreign', modelDigest: 'model-b' });
    counter.count(record(), { kind: 'foreign', modelDigest: undefined });
    counter.count(record(), changed(TAGS.toReversed()));
    counter.count(record(), changed([tag('things', 'cat', 0.9), tag('things', 'bird', 0.7)]));
    counter.count(record(), changed([tag('other', 'cat', 0.832), tag('things', 'cat', 0.9)]));
    expect(counter.tally()).toMatchObject({
      images: 6,
      right: 1,
      noted: 1,
      changed: 2,
      foreign: { 'model-b': 1, '': 1 },
      labels: [
        { set: 'things', label: 'cat', added: 0, removed: 0, rescored: 2 },
        { set: 'things', label: 'dog', added: 0, removed: 2, rescored: 0 },
        { set: 'other', label: 'cat', added: 1, removed: 0, rescored: 0 },
        { set: 'things', label: 'bird', added: 1, removed: 0, rescored: 0 },
      ],
    });
  });

  it('shows no more than five examples', () => {
    const counter = retagCounter();
    for (let i = 0; i < 9; i++)
      counter.count(record({ key: `${i}` }), { kind: 'changed', tags: [], labelSets: {} });
    expect(counter.tally().examples.map(({ key }) => key)).toEqual(['0', '1', '2', '3', '4']);
    expect(counter.tally().examples[0]).toEqual({
      bucket: 'photos',
      key: '0',
      added: [],
      removed: TAGS,
      rescored: [],
    });
  });

  it('tells the same label in two label sets apart', () => {
    expect(tagChanges([tag('a', 'cat', 0.5)], [tag('b', 'cat', 0.5)])).toEqual({
      added: [tag('b', 'cat', 0.5)],
      removed: [tag('a', 'cat', 0.5)],
      rescored: [],
    });
  });
});
