import type { LabelSet } from '../labels/label-set.ts';
import { NO_LABEL_FITS, UNKNOWN_TEXT } from '../labels/unknown.ts';
import type { ExplainableImage, ExplainedLabel, ExplainedSet } from './explained-image.ts';
import type { ModelView } from './model-view.ts';

type ToldImage = Pick<ExplainableImage, 'key' | 'status' | 'reason' | 'modelDigest'>;
type ToldLabel = Omit<ExplainedLabel, 'sentence'>;

/**
 * In one sentence, why an image carries a label or does not.
 *
 * @example
 * 'dog is not shown for chelsea.png: its score 0.12 is below 0.33; it would need a cosine of 0.262 and has 0.214.'
 */
export function sentenceOf(image: ToldImage, explained: ToldLabel, set: ExplainedSet | undefined): string {
  const told = explained.isShown ? carriedText(image, explained, set) : absentText(image, explained, set);
  return `${told}.`;
}

/**
 * In one sentence, what an image carries.
 *
 * @example
 * 'chelsea.png is tagged cat and animal.'
 */
export function overviewOf(
  image: ToldImage,
  labels: readonly ToldLabel[],
  sets: readonly ExplainedSet[],
): string {
  if (image.status !== 'tagged') return `${untaggedText(image)}.`;
  const carried = labels.filter(({ isShown }) => isShown).map(({ label }) => label);
  if (carried.length > 0) return `${image.key} is tagged ${listText(carried)}.`;
  const isUnknown = sets.length > 0 && sets.every(({ isUnknown }) => isUnknown);
  return `${image.key}: ${isUnknown ? UNKNOWN_TEXT : NO_LABEL_FITS}.`;
}

function listText(words: readonly string[]): string {
  const distinct = [...new Set(words)];
  const last = distinct.pop() ?? '';
  return distinct.length === 0 ? last : `${distinct.join(', ')} and ${last}`;
}

function untaggedText({ key, status, reason = 'no reason was recorded' }: ToldImage): string {
  if (status === 'deleted') return `${key} was deleted and has no tags`;
  return `${key} has no tags, for it is ${status}: ${reason.replace(/\.$/, '')}`;
}

function carriedText({ key, modelDigest }: ToldImage, one: ToldLabel, set: ExplainedSet | undefined) {
  const { label, score = 0, reason, correction, model } = one;
  const tagged = `${key} is tagged ${label}`;
  switch (reason) {
    case 'added':
      return `${tagged}: somebody said so on ${dayOf(correction?.correctedAt)}; ${modelWord(model)}`;
    case 'implied':
      return `${tagged}: somebody added a label that implies it on ${dayOf(correction?.correctedAt)}; ${modelWord(model)}`;
    case 'outdated':
      return `${tagged} (${number(score)}) by an earlier state of "${one.set}", or before it was for other images; a retag would take it away`;
    case 'other-model':
      return `${tagged} (${number(score)}) ${otherModelText(modelDigest)}`;
    case 'not-at-hand':
      return `${tagged} (${number(score)}) by the label set "${one.set}", which is not at hand here`;
    default:
      return `${tagged} (${number(score)}): ${groundsOf(one, set)}`;
  }
}

/** Why a label passes. */
function groundsOf({ model, score = 0 }: ToldLabel, set: ExplainedSet | undefined): string {
  if (!model) return 'the model gives it';
  const enough = `${comparable(model.threshold.score, score)[0]} is enough`;
  const [best] = model.narrower;
  if (best && (model.cosine === undefined || best.score >= model.score / 2)) {
    return `${best.label} (${number(best.score)}) implies it, and ${enough}`;
  }
  if (model.isLearned) return `it is like the images that the label was learned from, and ${enough}`;
  if (set?.mode === 'exclusive') return `${rankText(model)}, and ${enough}`;
  if (model.nullDistribution?.deviationsAbove !== undefined) return `${nullText(model)}, and ${enough}`;
  return model.rivals.length > 0
    ? `it fits better than the contrast prompts, and ${enough}`
    : `the model finds that it fits, and ${enough}`;
}

function absentText(image: ToldImage, one: ToldLabel, set: ExplainedSet | undefined): string {
  const { key, modelDigest } = image;
  const { label, reason, correction, model } = one;
  const absent = `${label} is not shown for ${key}`;
  switch (reason) {
    case 'not-tagged':
      return untaggedText(image);
    case 'removed':
      return `${absent}: somebody said on ${dayOf(correction?.correctedAt)} that it is not there; ${modelWord(model)}`;
    case 'not-for-this-image':
      return `${absent}: the label set "${one.set}" is for ${placesText(set?.appliesTo)} only`;
    case 'outdated':
      return `${absent}, which was tagged with another state of "${one.set}": a retag would show it (${number(model?.score ?? 0)})`;
    case 'other-model':
      return `${absent}: it was tagged ${otherModelText(modelDigest)}`;
    case 'not-at-hand':
      return `${absent}: the label set "${one.set}" is not at hand here`;
    case 'beyond-top-k':
      return `${absent}: its score ${number(model?.score ?? 0)} is enough, but ${model?.topK} labels of "${one.set}" fit better, and it shows no more (topK)`;
    case 'unknown':
      return `${absent}: ${UNKNOWN_TEXT}; ${lackText(model)}`;
    default:
      return `${absent}: ${lackText(model)}`;
  }
}

function lackText(model: ModelView | undefined): string {
  if (!model) return 'the model gives it no score';
  const [score, threshold] = comparable(model.score, model.threshold.score);
  const below = `its score ${score} is below ${threshold}`;
  const [best] = model.narrower;
  if (model.cosine === undefined) {
    return best ? `${below}: it is scored by narrower labels, the best of which is ${best.label}` : below;
  }
  const needed = model.threshold.cosine;
  if (needed === undefined) return `${below}, and no cosine would be enough`;
  const [has, needs] = comparable(model.cosine, needed, COSINE_DECIMALS);
  return `${below}; it would need a cosine of ${needs} and has ${has}`;
}

function otherModelText(modelDigest: string | undefined): string {
  return modelDigest === undefined
    ? 'with no embedding kept, so that nothing can be computed here'
    : `by another model (${modelDigest}), with whose embedding nothing can be computed here`;
}

function modelWord(model: ModelView | undefined): string {
  if (!model) return 'the model says nothing of it';
  const shown = model.verdict === 'passes' ? 'would show it' : 'would not show it';
  return `the model gives it ${number(model.score)} and ${shown}`;
}

/** Its broader labels have its score too, and are no rivals. */
function rankText({ rank, set, names, broader, score }: ModelView): string {
  const before = rank - broader.filter((one) => one.score >= score).length;
  return before <= 1
    ? `no other label of "${set}" fits better`
    : `it fits ${ordinal(before)} best of the ${count(names)} labels of "${set}"`;
}

function nullText({ nullDistribution: place }: ModelView): string {
  return `its cosine is ${deviationsText(place?.deviationsAbove ?? 0)} that of pictures without it`;
}

/** `3.1 deviations above`. */
export function deviationsText(deviationsAbove: number): string {
  const deviations = Math.abs(deviationsAbove).toFixed(1);
  if (Number(deviations) === 0) return 'hardly a deviation from';
  return `${deviations} deviations ${deviationsAbove < 0 ? 'below' : 'above'}`;
}

type Place = Readonly<NonNullable<LabelSet['appliesTo']>[number]>;

/** `prefix incoming/ or bucket deliveries`. */
export function placesText(places: readonly Place[] = []): string {
  const texts = places.map(({ bucket, prefix }) =>
    [bucket !== undefined && `bucket ${bucket}`, prefix !== undefined && `prefix ${prefix}`]
      .filter(Boolean)
      .join(' with '),
  );
  return texts.map((text) => text || 'all images').join(' or ');
}

export const COSINE_DECIMALS = 3;
const SCORE_PLACES = 2;
const MOST_DECIMALS = 6;

function number(score: number): string {
  return score.toFixed(SCORE_PLACES);
}

/** Two numbers with as many decimals as it takes to tell them apart. */
export function comparable(a: number, b: number, decimals = SCORE_PLACES): readonly [string, string] {
  const texts = [a.toFixed(decimals), b.toFixed(decimals)] as const;
  const isTold = a === b || texts[0] !== texts[1] || decimals >= MOST_DECIMALS;
  return isTold ? texts : comparable(a, b, decimals + 1);
}

const COUNT = new Intl.NumberFormat('en');

function count(n: number): string {
  return COUNT.format(n);
}

function ordinal(n: number): string {
  const isTeen = n % 100 >= 11 && n % 100 <= 13;
  return `${count(n)}${isTeen ? 'th' : ({ 1: 'st', 2: 'nd', 3: 'rd' }[n % 10] ?? 'th')}`;
}

function dayOf(time = ''): string {
  return time.slice(0, 'YYYY-MM-DD'.length);
}
