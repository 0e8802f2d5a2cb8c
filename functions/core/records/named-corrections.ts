import { InvalidInput } from '../errors.ts';
import { foldedText, wordKey } from '../labels/folded-text.ts';
import { broaderLabels, canonicalName, namedSet, unknownLabel } from '../labels/label-names.ts';
import { appliesTo, type LabelSet } from '../labels/label-set.ts';
import { didYouMean, nearestWords } from '../labels/near-words.ts';
import type { AddedLabel, CorrectedLabel, CorrectionChange } from './changed-corrections.ts';
import type { ImageRecord } from './image-record.ts';

/** What a person says of an image's labels, as people write them: `dog`, `Hound` or `general:dog`. */
export type NamedCorrections = Readonly<Record<'add' | 'remove' | 'clear', readonly string[]>>;

export interface NamingOptions {
  /** The label sets at hand. */
  readonly labelSets: readonly LabelSet[];
  /** Whether a label set is taken to know any label that it is named with. @default false */
  readonly isForced?: boolean | undefined;
}

type CorrectableImage = Pick<ImageRecord, 'bucket' | 'key' | 'tags' | 'corrections' | 'labelSets'>;

/**
 * The labels that a person names, as the image's tags carry them. A label alone is looked up among the names, parents and
 * synonyms of the label sets that apply to the image, in any letter case and spelling; where several know it, it is
 * meant in all of them. `set:label` names the one that is meant; of a label set that is not at hand any label is taken.
 *
 * @throws {InvalidInput} naming every label and label set that is not known, with the nearest ones
 */
export function changeByNames(
  names: NamedCorrections,
  image: CorrectableImage,
  options: NamingOptions,
): CorrectionChange {
  const faults: string[] = [];
  const found = (texts: readonly string[]) =>
    texts.flatMap((text) => {
      const labels = labelsNamed(text, image, options);
      if (typeof labels !== 'string') return labels;
      faults.push(labels);
      return [];
    });
  const add = found(names.add);
  const spelled = (label: CorrectedLabel) => spellingsAt(image, label);
  const [remove, clear] = [found(names.remove).flatMap(spelled), found(names.clear).flatMap(spelled)];
  if (faults.length > 0) throw new InvalidInput('The corrections name labels that are not known', faults);
  return { add, remove, clear };
}

/** The labels of a text, or what is wrong with it. */
function labelsNamed(
  text: string,
  image: CorrectableImage,
  { labelSets, isForced }: NamingOptions,
): readonly AddedLabel[] | string {
  const named = namedSet(text);
  if (named) return labelOfSet(named, image, { labelSets, isForced });
  const applying = labelSets.filter((labelSet) => appliesTo(labelSet, image));
  const labels = applying.flatMap((labelSet) => {
    const label = canonicalName(text, labelSet);
    return label === undefined ? [] : [withParents(label, labelSet)];
  });
  return labels.length > 0 ? labels : unknownLabel(text, applying, 'SET:LABEL says which label set is meant');
}

function labelOfSet(
  { set, label }: CorrectedLabel,
  image: CorrectableImage,
  { labelSets, isForced }: NamingOptions,
): readonly AddedLabel[] | string {
  const asWritten = [{ set, label: foldedText(label) }];
  const labelSet = labelSets.find(({ name }) => name === set);
  if (labelSet) {
    const name = canonicalName(label, labelSet);
    if (name !== undefined) return [withParents(name, labelSet)];
  }
  if (isForced || carries(image, { set, label })) return asWritten;
  if (labelSet) return unknownLabel(label, [labelSet]);
  const near = nearestWords(
    set,
    labelSets.map(({ name }) => name),
  );
  const isOfImage = Object.hasOwn(image.labelSets ?? {}, set);
  return near.length === 0 || isOfImage ? asWritten : `no label set is called "${set}"${didYouMean(near)}`;
}

function withParents(label: string, labelSet: LabelSet): AddedLabel {
  const parents = broaderLabels(label, labelSet);
  return { set: labelSet.name, label, ...(parents.length > 0 && { parents }) };
}

/** A label in all the spellings that its image carries: records from before labels had one carry others. */
function spellingsAt(image: CorrectableImage, label: CorrectedLabel): readonly CorrectedLabel[] {
  const others = carriedBy(image).filter((one) => isSameWord(one, label));
  const spellings = new Set([label.label, ...others.map((one) => one.label)]);
  return [...spellings].map((spelling) => ({ set: label.set, label: spelling }));
}

function carries(image: CorrectableImage, label: CorrectedLabel): boolean {
  return carriedBy(image).some((one) => isSameWord(one, label));
}

function isSameWord(one: CorrectedLabel, other: CorrectedLabel): boolean {
  return one.set === other.set && wordKey(one.label) === wordKey(other.label);
}

function carriedBy({ tags, corrections = [] }: CorrectableImage): readonly CorrectedLabel[] {
  return [...tags, ...corrections];
}
