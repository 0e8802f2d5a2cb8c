import { labelIndexOf } from '../labels/label-index.ts';
import type { Correction } from '../records/corrections.ts';
import type { LabelName } from './asked-labels.ts';
import type { ExplainableImage, ExplainedLabel, KnownSet } from './explained-image.ts';
import { type ModelView, modelView } from './model-view.ts';
import type { Reason } from './reasons.ts';

/** Why an image carries a label, or does not. */
export function explainedLabel(
  image: ExplainableImage,
  name: LabelName,
  known: readonly KnownSet[],
): Omit<ExplainedLabel, 'sentence'> {
  const isIt = (one: LabelName) => one.set === name.set && one.label === name.label;
  const correction = image.corrections?.find(isIt);
  const tag = image.tags.find(isIt);
  const set = known.find(({ classifier }) => classifier.labelSet.name === name.set);
  const model =
    set?.scored && labelIndexOf(set.classifier.labelSet).names.includes(name.label)
      ? modelView(set.scored, name.label)
      : undefined;
  const reason = reasonOf(image, { correction, isCarried: tag !== undefined, set, model });
  return {
    ...name,
    isShown: isShownFor(reason, tag !== undefined),
    reason,
    ...(tag && { score: tag.score }),
    ...(correction && { correction }),
    ...(model && { model }),
  };
}

interface Circumstances {
  readonly correction: Correction | undefined;
  readonly isCarried: boolean;
  readonly set: KnownSet | undefined;
  readonly model: ModelView | undefined;
}

/** The weightiest first: what has no tags at all, what people say, what keeps the model from saying anything. */
function reasonOf(
  { status }: ExplainableImage,
  { correction, isCarried, set, model }: Circumstances,
): Reason {
  if (status !== 'tagged') return 'not-tagged';
  if (correction) return correction.isThere ? (correction.isImplied ? 'implied' : 'added') : 'removed';
  if (set === undefined) return 'not-at-hand';
  if (!set.scored) return 'other-model';
  const verdict = model?.verdict ?? 'below-threshold';
  if (set.state === 'not-for-this-image') return isCarried ? 'outdated' : 'not-for-this-image';
  if (set.state === 'outdated' && isCarried !== (verdict === 'passes')) return 'outdated';
  if (verdict !== 'passes') return verdict;
  return model?.isLearned ? 'learned' : 'passes';
}

const SHOWN: ReadonlySet<Reason> = new Set<Reason>(['passes', 'learned', 'added', 'implied']);
const EITHER: ReadonlySet<Reason> = new Set<Reason>(['outdated', 'other-model', 'not-at-hand']);

function isShownFor(reason: Reason, isCarried: boolean): boolean {
  return EITHER.has(reason) ? isCarried : SHOWN.has(reason);
}
