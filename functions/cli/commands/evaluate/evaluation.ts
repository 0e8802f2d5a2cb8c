import { bestLabelAnswers, type Calibration, calibration } from '../../../core/evaluation/calibration.ts';
import { confusions } from '../../../core/evaluation/confusion.ts';
import { type Accuracy, accuracy } from '../../../core/evaluation/evaluation.ts';
import { type LabelQuality, qualityByLabel } from '../../../core/evaluation/label-quality.ts';
import {
  qualityByMinimumScore,
  scoredTags,
  type TagQuality,
  tagQuality,
} from '../../../core/evaluation/tag-quality.ts';
import type { ModelIdentity } from '../../../tagger/model-parts.ts';
import type { Candidates } from './candidates.ts';
import { type JudgedPicture, MINIMUM_SCORES } from './judged-pictures.ts';

/** What was measured, as `--json` prints it. */
export interface Evaluation extends ModelIdentity {
  /** The folder or manifest. */
  readonly source: string;
  /** Pictures that were read. */
  readonly pictures: number;
  readonly millisecondsPerPicture: number;
  readonly broken: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
  /** What was passed over, and why. */
  readonly remarks: readonly string[];
  readonly results: readonly CandidateResult[];
}

/** How well pictures were told apart among some labels. */
export interface CandidateResult extends Accuracy {
  readonly candidates: Candidates['kind'];
  /** Name of the label set, where the candidates are its labels. */
  readonly labelSet?: string;
  readonly mode: 'exclusive' | 'independent';
  /** Labels to choose from. */
  readonly labels: number;
  /** Pictures left out since their label is none of these, by label as the data set calls it; before any limit. */
  readonly unknown: readonly LabelCount[];
  /** How far the best label's score can be trusted. */
  readonly calibration: Calibration;
  readonly perLabel: readonly LabelQuality[];
  readonly confusions: ReadonlyArray<{
    readonly label: string;
    readonly predicted: string;
    readonly pictures: number;
  }>;
  /** What users see of a label set: parents included, thresholds and top-k applied. */
  readonly tags?: TagResult;
}

export interface LabelCount {
  readonly label: string;
  readonly pictures: number;
}

export interface TagResult extends TagQuality {
  readonly minimumScore: number;
  /** How far the scores of shown tags can be trusted. */
  readonly calibration: Calibration;
  readonly byMinimumScore: ReturnType<typeof qualityByMinimumScore>;
}

/** The measures of what some candidates said of the pictures. */
export function candidateResult(
  { kind, classifier: { labelSet } }: Candidates,
  judged: readonly JudgedPicture[],
  unknown: readonly LabelCount[],
): CandidateResult {
  return {
    candidates: kind,
    ...(kind === 'label-set' && { labelSet: labelSet.name }),
    mode: labelSet.mode,
    labels: labelSet.labels.length,
    ...accuracy(judged),
    unknown,
    calibration: calibration(bestLabelAnswers(judged)),
    perLabel: qualityByLabel(judged),
    confusions: confusions(judged).map(({ label, predicted, answers }) => ({
      label,
      predicted,
      pictures: answers.length,
    })),
    ...(kind === 'label-set' && { tags: tagResult(judged, labelSet.minimumScore) }),
  };
}

function tagResult(judged: readonly JudgedPicture[], minimumScore: number): TagResult {
  const shown = judged.flatMap((picture) => picture.shown ?? []);
  const generous = judged.flatMap((picture) => picture.atLowestMinimum ?? []);
  return {
    minimumScore,
    ...tagQuality(shown),
    calibration: calibration(scoredTags(shown)),
    byMinimumScore: qualityByMinimumScore(generous, MINIMUM_SCORES),
  };
}
