import { InvalidInput } from '../errors.ts';
import { foldedText, wordKey } from '../labels/folded-text.ts';
import { labelIndexOf } from '../labels/label-index.ts';
import { canonicalName, namedSet, unknownLabel } from '../labels/label-names.ts';
import { didYouMean, nearestWords } from '../labels/near-words.ts';
import type { ExplainableImage, KnownSet } from './explained-image.ts';

export interface LabelName {
  readonly set: string;
  readonly label: string;
}

/** Labels of each label set that the image does not carry and that are told all the same: the best ones. */
const NEARLY_CARRIED = 3;

/**
 * The labels that are meant by a text: `dog` in every label set that knows it by name, parent or synonym, `general:dog` in
 * that one alone.
 *
 * @throws {InvalidInput} where none is, with the nearest words
 */
export function askedLabels(
  text: string,
  image: ExplainableImage,
  known: readonly KnownSet[],
): readonly LabelName[] {
  const labelSets = known.map(({ classifier }) => classifier.labelSet);
  const named = namedSet(text);
  const wanted = named?.label ?? text;
  const meant = labelSets.filter(({ name }) => named === undefined || name === named.set);
  const found = meant.flatMap((labelSet) => {
    const label = canonicalName(wanted, labelSet);
    return label === undefined ? [] : [{ set: labelSet.name, label }];
  });
  const isNamed = ({ set, label }: LabelName) =>
    wordKey(label) === wordKey(wanted) && (named === undefined || set === named.set);
  // Carried labels of label sets that are not at hand, and corrections of labels that their label set does not know.
  const carried = [...image.tags, ...(image.corrections ?? [])]
    .filter(isNamed)
    .map(({ set, label }) => ({ set, label }));
  const all = distinct([...found, ...carried]);
  if (all.length > 0) return all;
  throw new InvalidInput('The label is not known', [
    named && meant.length === 0
      ? unknownSet(
          named.set,
          labelSets.map(({ name }) => name),
        )
      : unknownLabel(foldedText(wanted), meant),
  ]);
}

/** What an image carries or was said not to have, then the best of the labels that it nearly carries, set by set. */
export function labelsOfInterest(image: ExplainableImage, known: readonly KnownSet[]): readonly LabelName[] {
  const { tags, corrections = [] } = image;
  const named = distinct([...tags, ...corrections].map(({ set, label }) => ({ set, label })));
  const isNamed = nameMatcher(named);
  const nearly = known
    .filter(({ state }) => state !== 'not-for-this-image')
    .flatMap(({ classifier, scored }) => {
      const { name: set } = classifier.labelSet;
      const names = scored ? namesInOrder(scored) : [];
      const others = names.map((label) => ({ set, label })).filter((name) => !isNamed(name));
      return others.slice(0, NEARLY_CARRIED);
    });
  const sets = [...new Set([...named, ...nearly].map(({ set }) => set))];
  return sets.flatMap((name) => [...named, ...nearly].filter(({ set }) => set === name));
}

function namesInOrder({ order, classifier }: NonNullable<KnownSet['scored']>): readonly string[] {
  const { names } = labelIndexOf(classifier.labelSet);
  return order.map((place) => names[place] ?? '');
}

function unknownSet(set: string, names: readonly string[]): string {
  const known = names.join(', ') || 'none';
  return `no label set is called "${set}" (there is ${known})${didYouMean(nearestWords(set, names))}`;
}

function distinct(names: readonly LabelName[]): readonly LabelName[] {
  return names.filter((name, at) => names.findIndex(nameMatcher([name])) === at);
}

function nameMatcher(names: readonly LabelName[]): (name: LabelName) => boolean {
  return ({ set, label }) => names.some((one) => one.set === set && one.label === label);
}
