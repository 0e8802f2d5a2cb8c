import { wordKey } from '../labels/folded-text.ts';
import { type LabelSet, promptsOf } from '../labels/label-set.ts';

/** A word that a data set has for a picture. */
export interface DataWord {
  readonly word: string;
  /** The prompt by which the data set asks for it, e.g. `a photo of a golden retriever dog`. */
  readonly phrase?: string | undefined;
}

/** What is true of a picture, in the words of a label set. */
export interface TrueLabels {
  /** The label that the picture is counted under: the first of its words that the label set knows. */
  readonly label: string;
  /** Every label that is true of it, and their parents: the tags that are right. */
  readonly tags: ReadonlySet<string>;
  /**
   * The answers that are right when labels are ranked: `tags`, and the narrower labels of `label`. "Husky" is no wrong
   * answer for a picture that the data set calls a dog.
   */
  readonly answers: ReadonlySet<string>;
}

/**
 * Finds the labels for a picture's words by name, parent, synonym (in any letter case and spelling; else with `_` and `-` read as
 * spaces) or by prompt. The result is undefined when the label set knows none of the words.
 */
export function labelMatcher(labelSet: LabelSet): (words: readonly DataWord[]) => TrueLabels | undefined {
  const find = labelFinder(labelSet);
  const parentOf = new Map(labelSet.labels.map(({ name, parent }) => [name, parent]));
  const withParents = (label: string): string[] => {
    const parent = parentOf.get(label);
    return parent === undefined ? [label] : [label, ...withParents(parent)];
  };
  return (words) => {
    const labels = words.flatMap(find);
    const [label] = labels;
    if (label === undefined) return undefined;
    const tags = new Set(labels.flatMap(withParents));
    const narrower = [...parentOf.keys()].filter((name) => withParents(name).includes(label));
    return { label, tags, answers: new Set([...tags, ...narrower]) };
  };
}

/** The word with `_` and `-` as spaces: names of folders often have no spaces. */
export function spaced(word: string): string {
  return word.replace(/[_-]+/g, ' ').trim();
}

function labelFinder(labelSet: LabelSet): (word: DataWord) => readonly string[] {
  const named = new Map<string, string>();
  const spacedNames = new Map<string, string>();
  const prompted = new Map<string, string[]>();
  const name = (word: string | undefined, label: string) => {
    if (word === undefined) return;
    // The first label with a word keeps it: names come before parents, parents before synonyms.
    if (!named.has(wordKey(word))) named.set(wordKey(word), label);
    if (!spacedNames.has(wordKey(spaced(word)))) spacedNames.set(wordKey(spaced(word)), label);
  };
  for (const label of labelSet.labels) name(label.name, label.name);
  for (const { parent } of labelSet.labels) name(parent, parent ?? '');
  for (const label of labelSet.labels) {
    for (const synonym of label.synonyms) name(synonym, label.name);
    for (const prompt of promptsOf(labelSet, label)) {
      prompted.set(prompt, [...(prompted.get(prompt) ?? []), label.name]);
    }
  }
  return ({ word, phrase }) => {
    const label = named.get(wordKey(word)) ?? spacedNames.get(wordKey(spaced(word)));
    const asked = phrase === undefined ? [] : (prompted.get(phrase) ?? []);
    return [...(label === undefined ? [] : [label]), ...asked];
  };
}
