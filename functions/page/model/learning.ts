import type { ApiImage, LearningAnswer } from '../../api/contract.ts';
import { type ImageName, nameOf } from './address.ts';
import type { Selection } from './selection.ts';

/** What one may learn a label into. */
interface LearnableSet {
  readonly name: string;
  readonly labels: readonly string[];
  readonly isOwn: boolean;
}

/**
 * The label set that somebody most likely means: one that was written in the page, best with the label. Another one, whose file
 * is kept elsewhere, is chosen by hand.
 *
 * @returns undefined for a new one
 */
export function setToLearnIn(typed: string, sets: readonly LearnableSet[]): string | undefined {
  const own = sets.filter(({ isOwn }) => isOwn);
  return (own.find((set) => hasLabel(set, typed)) ?? own[0])?.name;
}

/** In any letter case. */
export function hasLabel({ labels }: Pick<LearnableSet, 'labels'>, typed: string): boolean {
  const label = typed.trim().toLowerCase();
  return labels.some((one) => one.toLowerCase() === label);
}

/** As many the API takes of each kind. */
export const MAXIMUM_EXAMPLES = 200;

export interface Examples {
  readonly positive: readonly ImageName[];
  readonly negative: readonly ImageName[];
}

/** @param lacking names of the pictures that have not what the others have */
export function examplesOf(selection: Selection, lacking: ReadonlySet<string>): Examples {
  const images = [...selection.values()];
  const named = (having: boolean) =>
    images
      .filter((image) => lacking.has(nameOf(image)) !== having)
      .slice(0, MAXIMUM_EXAMPLES)
      .map(({ bucket, key }: ApiImage) => ({ bucket, key }));
  return { positive: named(true), negative: named(false) };
}

type Quality = LearningAnswer['quality'];

/** Whether a label is any good, in a sentence. */
export function verdictSentence({ learned, words, folds, verdict }: Quality): string {
  if (folds === 0) {
    return 'With so few pictures nothing can be measured: none can be left out to try the others by.';
  }
  const measured = `A picture that was left out stands above ${percentText(learned)} of all others, and above ${percentText(words)} by the words alone`;
  return verdict === 'better'
    ? `${measured}: better than the words alone.`
    : `${measured}: no better than the words alone.`;
}

function percentText(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}
