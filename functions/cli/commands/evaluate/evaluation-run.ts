import { readLabelSets } from '../../../adapters/files/label-set-files.ts';
import { InvalidInput } from '../../../core/errors.ts';
import { type ModelParts, openModel } from '../../../tagger/model-parts.ts';
import { withProgress } from '../../../terminal/progress.ts';
import { openPictureSet } from '../../picture-sets/open-picture-set.ts';
import type { LabelledPicture, PictureSet } from '../../picture-sets/picture-set.ts';
import { type Candidates, heldOutCandidates, labelSetCandidates, ownCandidates } from './candidates.ts';
import { candidateResult, type Evaluation, type LabelCount } from './evaluation.ts';
import { type JudgedPicture, judgedPictures } from './judged-pictures.ts';

export interface EvaluationOptions {
  /** Folder or manifest. */
  readonly source: string;
  readonly model?: string | undefined;
  /** Label set files and folders. @default the data set's own labels are the candidates */
  readonly labels?: readonly string[] | undefined;
  readonly split?: string | undefined;
  /** Pictures at most, taken evenly from all. @default all */
  readonly limit?: number | undefined;
  /** Labels that the model was never trained on: their pictures in every split are good for a test. */
  readonly heldOut?: readonly string[];
  readonly warn: (message: string) => void;
}

/** What a run found: the measures, and for each result the pictures behind it. */
export interface EvaluationRun {
  readonly evaluation: Evaluation;
  readonly judged: ReadonlyArray<readonly JudgedPicture[]>;
}

/**
 * Evaluates a model, and hands the outcome on while the pictures can still be read.
 *
 * @throws {UsageError} for a source without labelled pictures
 * @throws {InvalidInput} for faulty manifests, label sets and models
 */
export async function evaluate<Result>(
  options: EvaluationOptions,
  report: (run: EvaluationRun) => Promise<Result>,
): Promise<Result> {
  const pictureSet = await openPictureSet(options.source, {
    split: options.split,
    everySplitOf: options.heldOut,
  });
  try {
    return await report(await run(pictureSet, options));
  } finally {
    await pictureSet.close();
  }
}

async function run(pictureSet: PictureSet, options: EvaluationOptions): Promise<EvaluationRun> {
  const model = await openModel(options.model);
  const candidates = pictureSet.pictures.length > 0 ? await candidatesOf(pictureSet, model, options) : [];
  const known = [...pictureSet.pictures, ...(pictureSet.ofOtherSplits ?? [])].filter((picture) =>
    candidates.some(({ trueLabels }) => trueLabels(picture)),
  );
  const pictures = evenly(known, options.limit ?? known.length);
  const began = performance.now();
  const { judged, broken } = await judge(pictures, candidates, model);
  const milliseconds = performance.now() - began;
  return {
    evaluation: {
      source: options.source,
      ...model.identity,
      pictures: pictures.length - broken.length,
      millisecondsPerPicture: milliseconds / Math.max(1, pictures.length),
      broken,
      remarks: pictureSet.remarks,
      results: candidates.map((candidate, i) =>
        candidateResult(candidate, judged[i] ?? [], unknownLabels(pictureSet.pictures, candidate)),
      ),
    },
    judged,
  };
}

async function candidatesOf(
  pictureSet: PictureSet,
  { textEncoder, classifiersOf }: ModelParts,
  { labels, heldOut = [], warn }: EvaluationOptions,
): Promise<readonly Candidates[]> {
  if (labels) {
    const classifiers = await classifiersOf(await readLabelSets(labels, warn), warn);
    return classifiers.map((classifier) => labelSetCandidates(classifier, pictureSet.labels));
  }
  const own = onlyFor(pictureSet.pictures, await ownCandidates(pictureSet, textEncoder));
  if (heldOut.length === 0) return [own];
  const among = await heldOutCandidates(pictureSet, heldOut, textEncoder);
  if (among) return [own, among];
  throw new InvalidInput('The held-out labels cannot be used', [
    `Expected labels of the data set but received ${heldOut.join(', ')}`,
  ]);
}

/** The candidates, for these pictures only. */
function onlyFor(pictures: readonly LabelledPicture[], candidates: Candidates): Candidates {
  const meant = new Set(pictures);
  return {
    ...candidates,
    trueLabels: (picture) => (meant.has(picture) ? candidates.trueLabels(picture) : undefined),
  };
}

async function judge(
  pictures: readonly LabelledPicture[],
  candidates: readonly Candidates[],
  model: ModelParts,
) {
  const judged = candidates.map((): JudgedPicture[] => []);
  const broken: { path: string; reason: string }[] = [];
  if (pictures.length === 0) return { judged, broken };
  await withProgress(pictures.length, async (progress) => {
    const reader = await model.imageReader();
    for await (const result of judgedPictures(pictures, candidates, reader)) {
      if ('fault' in result) broken.push({ path: result.picture.name, reason: result.fault.reason });
      else for (const [i, picture] of result.judged.entries()) judged[i]?.push(...(picture ? [picture] : []));
      progress.advance();
    }
  });
  return { judged, broken };
}

/** At most `count` of the items, at equal distances, so that each label keeps its part. */
export function evenly<Item>(items: readonly Item[], count: number): readonly Item[] {
  const taken = (before: number) => Math.ceil((before * count) / items.length);
  return count >= items.length ? items : items.filter((_, i) => taken(i + 1) > taken(i));
}

/** Labels that are no candidates, most pictures first. Held-out candidates list none: they leave others out on purpose. */
function unknownLabels(
  pictures: readonly LabelledPicture[],
  { kind, trueLabels }: Candidates,
): readonly LabelCount[] {
  if (kind === 'held-out') return [];
  const counts = new Map<string, number>();
  for (const picture of pictures) {
    const [label = ''] = picture.labels;
    if (!trueLabels(picture)) counts.set(label, 1 + (counts.get(label) ?? 0));
  }
  return [...counts]
    .map(([label, count]) => ({ label, pictures: count }))
    .sort((a, b) => b.pictures - a.pictures || (a.label < b.label ? -1 : 1));
}
