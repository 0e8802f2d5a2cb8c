import { InvalidInput } from '../errors.ts';
import { foldedText, wordKey } from './folded-text.ts';
import { type LabelSet, parseLabelSet } from './label-set.ts';
import {
  DEFAULT_CONTRAST_PROMPTS,
  MAXIMUM_LABEL_LENGTH,
  MAXIMUM_TOP_K,
  NO_LABEL,
} from './label-set-schema.ts';

/** What tags call the label set of labels that were only named. */
export const AD_HOC_SET = 'ad-hoc';

/**
 * Lowest scores of a tag with the embedded model, on the sharp test pictures of the photo set and 1,200 sets of one to six of
 * their labels (November 2026). Independent: 86 % of the pictures get a label that is true of them, and 2.5 % of the pictures
 * that a label is not true of get it nonetheless. Exclusive: 86 % get the right one of several labels, and 8 % of the pictures
 * that none is true of get one. A little lower, and it is nearly the double that get a wrong one.
 */
const MINIMUM_SCORES = { independent: 0.75, exclusive: 0.7 } as const;

export interface AdHocChoices {
  /** Whether one label at most is right, so that they share one softmax with "none of these". @default false */
  readonly isExclusive?: boolean | undefined;
  /** Lowest score of a tag, in [0, 1]. @default 0.75, or 0.7 where one label at most is right */
  readonly minimumScore?: number | undefined;
}

/**
 * A label set of labels that were only named.
 *
 * @param labels words, such as `cat`, and whole phrases, such as `a drawing of a cat`
 * @throws {InvalidInput} with every label that is empty, too long, or there twice
 */
export function adHocLabelSet(labels: readonly string[], choices: AdHocChoices = {}): LabelSet {
  const faults = adHocFaults(labels);
  if (faults.length > 0) throw new InvalidInput('The labels cannot be used', faults);
  const mode = choices.isExclusive ? 'exclusive' : 'independent';
  return parseLabelSet(
    {
      name: AD_HOC_SET,
      version: 1,
      mode,
      labels: labels.map((label) => (isPhrase(label) ? { name: label, prompts: [label] } : label)),
      // What is none of the labels is weighed against the same prompts in both modes.
      ...(mode === 'exclusive' && { noneOfThese: DEFAULT_CONTRAST_PROMPTS }),
      topK: Math.min(labels.length, MAXIMUM_TOP_K),
      minimumScore: choices.minimumScore ?? MINIMUM_SCORES[mode],
    },
    AD_HOC_SET,
  );
}

/** What is wrong with labels that were only named. */
export function adHocFaults(labels: readonly string[]): readonly string[] {
  if (labels.length === 0) return ['Expected at least one label'];
  const seen = new Map<string, string>();
  return labels.flatMap((label, index) => {
    const text = foldedText(label);
    const earlier = seen.get(wordKey(text));
    seen.set(wordKey(text), text);
    if (text === '')
      return [`Expected some text as label ${index + 1} but received ${JSON.stringify(label)}`];
    if (text === NO_LABEL) return [`Expected another word than ${NO_LABEL} as label ${index + 1}`];
    if (text.length > MAXIMUM_LABEL_LENGTH) {
      return [
        `Expected a label of up to ${MAXIMUM_LABEL_LENGTH} characters but received ${text.length}: "${text.slice(0, 40)}…"; a label set file takes longer prompts`,
      ];
    }
    if (earlier !== undefined) return [`Expected each label once but received "${earlier}" and "${text}"`];
    return [];
  });
}

/** What a noun alone never begins with: after "a photo of a", it would be no English. */
const DETERMINER =
  /^(an?|the|some|many|several|no|one|two|three|four|five|my|his|her|its|our|your|their|this|that|these|those)\s/i;
/** A sentence about a picture already. */
const PICTURE_OF =
  /\b(photo|photograph|picture|image|drawing|painting|sketch|cartoon|illustration|screenshot)s? of\b/i;

/** Whether a label is a sentence for the model by itself, and no noun to be put into one. */
function isPhrase(label: string): boolean {
  const text = foldedText(label);
  return DETERMINER.test(text) || PICTURE_OF.test(text);
}
