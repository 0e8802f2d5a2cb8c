import { dirname } from 'node:path';
import type { LabelSetToLearn } from '../../../../adapters/files/learned-label-files.ts';
import { fitOf, type LabelSet, withoutFits } from '../../../../core/labels/label-set.ts';
import type { LabelFit } from '../../../../core/labels/label-set-fit.ts';
import type { KnownExamples } from '../../../../core/learning/known-examples.ts';
import { type LabelVerdict, learnedLabels } from '../../../../core/learning/learned-labels.ts';
import { UsageError } from '../../../../terminal/exit-code.ts';
import type { ToldVerdict } from './learned-text.ts';
import type { ExampleNames } from './learning-page.ts';
import type { LearningWorld } from './learning-world.ts';
import { lessonsOf } from './lessons.ts';

export interface LearningRequest {
  readonly chosen: LabelSetToLearn;
  /** With the labels that are new. */
  readonly labelSet: LabelSet;
  readonly said: ReadonlyMap<string, KnownExamples>;
  /** Whether what labels were learned from before is to be forgotten. */
  readonly isReplaced: boolean;
  /** Whether labels are taken that are no better than their words. */
  readonly isForced: boolean;
  readonly now: Date;
  readonly remark: (text: string) => void;
}

export interface Learned {
  readonly verdicts: ReadonlyArray<ToldVerdict & ExampleNames>;
  /** Of the labels that are taken. */
  readonly labels: ReadonlyMap<string, LabelFit>;
}

/** Learns from what was said and what was known before. */
export async function learnedFrom(request: LearningRequest, world: LearningWorld): Promise<Learned> {
  const { chosen, labelSet, said, isReplaced, isForced, now, remark } = request;
  const { model, stored } = world;
  const { modelDigest } = model.identity;
  const before = fitOf(labelSet, modelDigest)?.labels ?? {};
  const lessons = await lessonsOf(said, before, { world, folder: dirname(chosen.path), isReplaced });
  for (const text of lessons.remarks) remark(text);
  const lacking = [...lessons.byLabel]
    .filter(([, { positive }]) => positive.length === 0)
    .map(([label]) => label);
  if (lacking.length > 0) {
    throw new UsageError([
      `expected at least one --positive: there is no picture that has ${lacking.join(', ')}`,
    ]);
  }
  const [words] = await model.classifiersOf([withoutFits(labelSet)], remark);
  if (!words) throw new Error(`Expected a classifier of ${labelSet.name}`);
  const learned = learnedLabels(lessons.byLabel, {
    labelSet,
    rows: words,
    model: model.textEncoder,
    collection: {
      embeddings: stored?.embeddings ?? { modelDigest, count: 0, size: 0, values: new Float32Array() },
      names: stored?.names ?? [],
    },
    background: await model.background(),
    now,
  });
  const isTaken = ({ quality }: LabelVerdict) => isForced || quality.verdict !== 'no better';
  const verdicts = learned.verdicts.map((verdict) => ({
    ...verdict,
    earlier: lessons.byLabel.get(verdict.label)?.earlier ?? 0,
    isTaken: isTaken(verdict),
    examples: learned.labels.get(verdict.label)?.examples ?? { positive: [], negative: [] },
  }));
  const taken = new Set(verdicts.filter((verdict) => verdict.isTaken).map(({ label }) => label));
  return { verdicts, labels: new Map([...learned.labels].filter(([label]) => taken.has(label))) };
}
