import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../../../../functions/core/errors.ts';
import type { ImageExplanation } from '../../../../functions/core/explanation/explained-image.ts';
import { explainImage } from '../../../../functions/core/explanation/image-explanation.ts';
import { cosinesOf, scoresAt, tagScore } from '../../../../functions/core/labels/cosines.ts';
import { labelIndexOf } from '../../../../functions/core/labels/label-index.ts';
import { minimumScoresOf } from '../../../../functions/core/labels/minimum-scores.ts';
import { scoresByLabel, tagsFor } from '../../../../functions/core/labels/scores.ts';
import { correctedTags } from '../../../../functions/core/records/corrections.ts';
import { RUNS } from '../vectors.ts';
import { type GivenWorld, givenWorld, worldOf } from './random-explanations.ts';

const explanationsOf = async ({ image, classifiers }: ReturnType<typeof worldOf>) => {
  const names = classifiers.flatMap(({ labelSet }) =>
    labelIndexOf(labelSet).names.map((label) => `${labelSet.name}:${label}`),
  );
  const all: ImageExplanation[] = [];
  for (const label of names) all.push(await explainImage(image, { classifiers, label }));
  return all.flatMap(({ labels }) => labels);
};

const holds = (check: (world: ReturnType<typeof worldOf>) => Promise<void>) =>
  fc.assert(
    fc.asyncProperty(givenWorld, (given: GivenWorld) => check(worldOf(given))),
    { numRuns: RUNS },
  );

describe('explainImage', () => {
  it('says that a label is shown exactly where tagging and corrections show it, with the very score of the tag', async () => {
    let [shown, hidden] = [0, 0];
    await holds(async (world) => {
      const { image, classifiers, embedding } = world;
      const tags = correctedTags(
        classifiers.flatMap((classifier) => tagsFor(embedding, classifier)),
        image.corrections,
      );
      for (const { set, label, isShown, score, model } of await explanationsOf(world)) {
        const tag = tags.find((one) => one.set === set && one.label === label);
        expect({ set, label, isShown }).toEqual({ set, label, isShown: tag !== undefined });
        expect(score).toBe(tag?.score);
        const classifier = classifiers.find(({ labelSet }) => labelSet.name === set);
        const exact = classifier && scoresByLabel(embedding, classifier).get(label);
        expect(model?.score).toBe(Number(exact?.toFixed(4)));
        if (isShown) shown += 1;
        else hidden += 1;
      }
    });
    expect(Math.min(shown, hidden)).toBeGreaterThan(RUNS);
  });

  it('shares out a whole between a label and its rivals', async () => {
    let weighed = 0;
    await holds(async (world) => {
      for (const { model } of await explanationsOf(world)) {
        if (model?.share === undefined) continue;
        const total = model.rivals.reduce((sum, { share }) => sum + share, model.share);
        expect(total).toBeCloseTo(1, 9);
        weighed += 1;
      }
    });
    expect(weighed).toBeGreaterThan(RUNS);
  });

  it('tells the lowest cosine that reaches the threshold: with it the score does, with a lower one it does not', async () => {
    let told = 0;
    await holds(async (world) => {
      for (const { set, label, model } of await explanationsOf(world)) {
        const needed = model?.threshold.cosine;
        const classifier = world.classifiers.find(({ labelSet }) => labelSet.name === set);
        if (needed === undefined || classifier === undefined) continue;
        const place = classifier.labelSet.labels.findIndex(({ name }) => name === label);
        const reaches = (cosine: number) => {
          const cosines = cosinesOf(world.embedding.values, classifier);
          const changed = { ...cosines, labels: cosines.labels.with(place, cosine) };
          const score = tagScore(scoresAt(changed, classifier)[place] ?? 0);
          return score >= (minimumScoresOf(classifier)[place] ?? 0);
        };
        expect([reaches(needed), reaches(needed - 1e-6)]).toEqual([true, false]);
        told += 1;
      }
    });
    expect(told).toBeGreaterThan(RUNS / 10);
  });

  it('answers any text for a label, or says that it knows none', async () => {
    const texts = fc.oneof(
      fc.string(),
      fc.string({ unit: 'binary' }),
      fc.constantFrom('constructor', '__proto__', 'set-0:', ':', 'set-0:CAT'),
    );
    await fc.assert(
      fc.asyncProperty(givenWorld, texts, async (given, label) => {
        const { image, classifiers } = worldOf(given);
        const asked = explainImage(image, { classifiers, label });
        const found = await asked.catch((error: unknown) => error);
        if (found instanceof Error) expect(found).toBeInstanceOf(InvalidInput);
      }),
      { numRuns: RUNS },
    );
  });
});
