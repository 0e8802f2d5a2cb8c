import { describe, expect, it } from 'vitest';
import { classifierOf } from '../../../../functions/core/labels/classifier.ts';
import { embeddingToBytes } from '../../../../functions/core/labels/embedding.ts';
import { type LabelSet, parseLabelSet, promptsDigest } from '../../../../functions/core/labels/label-set.ts';
import { tagsFor } from '../../../../functions/core/labels/scores.ts';
import { hasRejectOption, unknownSets } from '../../../../functions/core/labels/unknown.ts';
import { nextImageRecord } from '../../../../functions/core/records/next-record.ts';
import { shownUnknown } from '../../../../functions/core/records/shown-unknown.ts';
import { type LabelSetsOfModel, retagging, retaggings } from '../../../../functions/core/retag/retagging.ts';

const MODEL = 'model-a';

/** cat is the first axis, dog the second; a logit is ten times the cosine. */
function pets(unknownLogit: number | undefined, name = 'pets', mode: LabelSet['mode'] = 'exclusive') {
  const labelSet = parseLabelSet({ name, version: 1, mode, minimumScore: 0.5, labels: ['cat', 'dog'] }, name);
  const labels = labelSet.labels.map((label) => [
    label.name,
    { promptsDigest: promptsDigest(labelSet, label), slope: 10, offset: 0 },
  ]);
  const fit = {
    ...{ version: 1, fittedAt: '2026-11-30T10:00:00.000Z', labels: Object.fromEntries(labels) },
    ...(unknownLogit !== undefined && { unknownLogit }),
  };
  const rows = { labelRows: Float32Array.of(1, 0, 0, 0, 1, 0), contrastRows: new Float32Array(0) };
  const fitted = { ...labelSet, fits: { [MODEL]: fit } };
  return classifierOf(fitted, rows, { modelDigest: MODEL, logitScale: 10 });
}

const picture = (...values: number[]) => ({ modelDigest: MODEL, values: Float32Array.from(values) });
const ELSEWHERE = picture(0, 0, 1);
const CAT = picture(1, 0, 0);

const unknownOf = (embedding: typeof CAT, ...classifiers: ReturnType<typeof pets>[]) =>
  unknownSets(
    embedding,
    classifiers.flatMap((classifier) => tagsFor(embedding, classifier)),
    classifiers,
  );

describe('unknown', () => {
  it('wins where no label passes and none takes more than it', () => {
    expect(unknownOf(ELSEWHERE, pets(3))).toEqual(['pets']);
    expect(unknownOf(CAT, pets(3))).toEqual([]);
    expect(unknownOf(CAT, pets(12))).toEqual(['pets']);
  });

  it('loses where two labels share the whole, so that neither passes, and each takes more than it', () => {
    const both = picture(Math.SQRT1_2, Math.SQRT1_2, 0);
    expect(tagsFor(both, pets(6))).toEqual([]);
    expect([unknownOf(both, pets(6)), unknownOf(both, pets(8))]).toEqual([[], ['pets']]);
  });

  it('is nothing to sets without a reject option, and to independent ones', () => {
    expect(unknownOf(ELSEWHERE, pets(undefined))).toEqual([]);
    expect(unknownOf(ELSEWHERE, pets(3, 'pets', 'independent'))).toEqual([]);
    expect([pets(3), pets(undefined)].map(hasRejectOption)).toEqual([true, false]);
  });

  it('is said by each label set for itself', () => {
    expect(unknownOf(CAT, pets(12, 'strict'), pets(3, 'lax'))).toEqual(['strict']);
  });

  it('is found by retagging as by tagging, one by one and all at once, and goes when a new fit takes it back', () => {
    const object = { bucket: 'photos', key: 'a.jpg', sequencer: '1', eTag: 'e', sizeBytes: 1 };
    const content = {
      ...{ status: 'tagged' as const, tags: [], modelDigest: MODEL, embedding: embeddingToBytes(CAT) },
      labelSets: { pets: 'earlier' },
    };
    const times = { eventTime: '2026-11-30T10:00:00.000Z', now: new Date(0) };
    const record = nextImageRecord(undefined, object, content, times);
    const by = (classifier: ReturnType<typeof pets>): LabelSetsOfModel => ({
      modelDigest: MODEL,
      classifiers: [classifier],
    });
    expect(retagging(record, by(pets(12)))).toMatchObject({ kind: 'changed', tags: [], unknown: ['pets'] });
    expect(retaggings([record], by(pets(12)))).toEqual([retagging(record, by(pets(12)))]);
    expect(retagging({ ...record, unknown: ['pets'] }, by(pets(3)))).not.toHaveProperty('unknown');
  });

  it('is not told where a person has added a label of the set', () => {
    const tags = [{ set: 'pets', label: 'cat', score: 1 }];
    expect(shownUnknown({ tags, unknown: ['pets', 'rooms'] })).toEqual(['rooms']);
    expect(shownUnknown({ tags })).toEqual([]);
  });
});
