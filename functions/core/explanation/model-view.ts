import type { Classifier } from '../labels/classifier.ts';
import { currentFit, type HoldingFits } from '../labels/classifier-fit.ts';
import { logitsAt } from '../labels/cosines.ts';
import { labelIndexOf } from '../labels/label-index.ts';
import { broaderLabels } from '../labels/label-names.ts';
import type { LabelFit } from '../labels/label-set-fit.ts';
import { minimumScoresOf } from '../labels/minimum-scores.ts';
import { isUnknown } from '../labels/unknown.ts';
import { neededCosine } from './needed-cosine.ts';
import { type Rival, weighing, withNarrower } from './rivals.ts';
import type { ScoredEmbedding } from './scored-embedding.ts';

/** Why the model gives a label or does not, with all the numbers that this comes from. */
export interface ModelView {
  readonly set: string;
  readonly label: string;
  /** `unknown`: below its threshold, and "unknown" takes more than any label. */
  readonly verdict: 'passes' | 'below-threshold' | 'beyond-top-k' | 'unknown';
  /** As a tag carries it. */
  readonly score: number;
  /** 1 is the best of the label set's names, broader ones included. */
  readonly rank: number;
  readonly names: number;
  readonly threshold: Threshold;
  /** The most tags of the label set. */
  readonly topK: number;
  /** Missing for a broader label that is not listed: it has no words of its own. */
  readonly cosine?: number | undefined;
  readonly logit?: number | undefined;
  readonly nullDistribution?: NullPlace | undefined;
  /** What it takes of the whole, with its narrower labels. */
  readonly share?: number | undefined;
  readonly rivals: readonly Rival[];
  /** The nearest first. */
  readonly broader: readonly LabelScore[];
  /** At any depth, the best first. */
  readonly narrower: readonly LabelScore[];
  /** Whether its direction was learned from examples, in place of its words. */
  readonly isLearned?: boolean | undefined;
  /** How many images it was learned from, or its score calibrated by. */
  readonly fittedTo?: { readonly positive: number; readonly negative: number } | undefined;
}

export interface Threshold {
  readonly score: number;
  /** Whose it is: the label's own in its file, a calibration's, or the label set's `minimumScore`. */
  readonly from: 'label' | 'fit' | 'set';
  /** The lowest cosine that reaches it, everything else as it is; none where no cosine does, or every one. */
  readonly cosine?: number | undefined;
}

/** Where the cosine stands among those of pictures without the label. */
export interface NullPlace {
  readonly mean: number;
  readonly deviation: number;
  readonly images: number;
  /** Deviations that the cosine is above their mean; none where they do not differ. */
  readonly deviationsAbove?: number | undefined;
}

export interface LabelScore {
  readonly label: string;
  readonly score: number;
}

/**
 * @param label a name of the label set, or a broader label
 * @throws Error for any other
 */
export function modelView(scored: ScoredEmbedding, label: string): ModelView {
  const { classifier, cosines, scores, order } = scored;
  const { labelSet } = classifier;
  const { names } = labelIndexOf(labelSet);
  const place = names.indexOf(label);
  if (place < 0) throw new Error(`Expected a label of "${labelSet.name}" but received "${label}"`);
  const fit = labelFitAt(scored, place);
  const cosine = cosines.labels[place];
  const threshold = thresholdOf(scored, place, fit);
  const score = scores[place] ?? 0;
  const weighed = weighing(scored, place);
  const scoreOf = (at: number): LabelScore => ({ label: names[at] ?? '', score: scores[at] ?? 0 });
  return {
    set: labelSet.name,
    label,
    verdict: verdictOf(scored, place),
    score,
    rank: order.indexOf(place) + 1,
    names: names.length,
    threshold,
    topK: labelSet.topK,
    ...(cosine !== undefined && { cosine, logit: logitsAt(cosines, classifier).labels[place] }),
    ...(fit?.null && cosine !== undefined && { nullDistribution: nullPlace(fit.null, cosine) }),
    ...(weighed && { share: weighed.share }),
    rivals: weighed?.rivals ?? [],
    broader: broaderLabels(label, labelSet).map((name) => scoreOf(names.indexOf(name))),
    narrower: withNarrower(scored, place)
      .filter((at) => at !== place)
      .map(scoreOf)
      .sort((a, b) => b.score - a.score || (a.label < b.label ? -1 : 1)),
    ...(fit?.direction !== undefined && { isLearned: true }),
    ...(fit?.examples && {
      fittedTo: { positive: fit.examples.positive.length, negative: fit.examples.negative.length },
    }),
  };
}

function verdictOf(
  { classifier, cosines, scores, tags }: ScoredEmbedding,
  place: number,
): ModelView['verdict'] {
  const { names } = labelIndexOf(classifier.labelSet);
  if (tags.some(({ label }) => label === names[place])) return 'passes';
  if ((scores[place] ?? 0) >= (minimumScoresOf(classifier)[place] ?? 0)) return 'beyond-top-k';
  return isUnknown(tags, cosines, classifier) ? 'unknown' : 'below-threshold';
}

const held = new WeakMap<Classifier, HoldingFits>();

/** What was fitted to a label and still holds for it; found out once, for that takes a digest of each label's prompts. */
function labelFitAt({ classifier }: ScoredEmbedding, place: number): LabelFit | undefined {
  if (!classifier.fit) return undefined;
  const known = held.get(classifier);
  const fits = known ?? currentFit(classifier.labelSet, classifier.modelDigest)?.labels ?? [];
  if (!known) held.set(classifier, fits);
  return fits[place];
}

function thresholdOf(scored: ScoredEmbedding, place: number, fit: LabelFit | undefined): Threshold {
  const { classifier } = scored;
  const isOwn = classifier.labelSet.labels[place]?.threshold !== undefined;
  const cosine = neededCosine(scored, place);
  return {
    score: minimumScoresOf(classifier)[place] ?? 0,
    from: isOwn ? 'label' : fit?.threshold === undefined ? 'set' : 'fit',
    ...(cosine !== undefined && { cosine }),
  };
}

function nullPlace({ mean, deviation, images }: NonNullable<LabelFit['null']>, cosine: number): NullPlace {
  const deviationsAbove = deviation > 0 ? (cosine - mean) / deviation : undefined;
  return { mean, deviation, images, ...(deviationsAbove !== undefined && { deviationsAbove }) };
}
