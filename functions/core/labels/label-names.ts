import { wordKey } from './folded-text.ts';
import { labelIndexOf } from './label-index.ts';
import type { LabelSet } from './label-set.ts';
import { LABEL_SET_NAME } from './label-set-schema.ts';
import { didYouMean, nearestWords } from './near-words.ts';

const SET_AND_LABEL = new RegExp(`^(${LABEL_SET_NAME.source}):(.+)$`, 's');

/** What somebody has written for a label, `dog` or `general:dog`, in its parts; `undefined` where no label set is named. */
export function namedSet(text: string): { readonly set: string; readonly label: string } | undefined {
  const [, set, label] = SET_AND_LABEL.exec(text) ?? [];
  return set === undefined || label === undefined ? undefined : { set, label };
}

/**
 * The word that tags carry for what somebody has written, in any letter case and spelling: a name goes before a synonym,
 * which may stand for another label.
 */
export function canonicalName(text: string, { labels }: LabelSet): string | undefined {
  const wanted = wordKey(text);
  const isWanted = (word: string | undefined) => word !== undefined && wordKey(word) === wanted;
  return (
    labels.find(({ name }) => isWanted(name))?.name ??
    labels.find(({ parent }) => isWanted(parent))?.parent ??
    labels.find(({ synonyms }) => synonyms.some(isWanted))?.name
  );
}

/** The broader labels that a label implies, the nearest first: `animal` of `dog`. */
export function broaderLabels(label: string, labelSet: LabelSet): readonly string[] {
  const { names, parents } = labelIndexOf(labelSet);
  const broader: string[] = [];
  for (let at = parents[names.indexOf(label)] ?? -1; at >= 0; at = parents[at] ?? -1) {
    broader.push(names[at] ?? '');
  }
  return broader;
}

/** The labels that imply a label, at any distance: `dog` and `husky` of `animal`. */
export function narrowerLabels(label: string, labelSet: LabelSet): readonly string[] {
  const { names, parents } = labelIndexOf(labelSet);
  const broad = names.indexOf(label);
  const isBelow = (place: number): boolean => {
    const above = parents[place] ?? -1;
    return above >= 0 && (above === broad || isBelow(above));
  };
  return names.filter((_, place) => isBelow(place));
}

/**
 * What is wrong with a word that no label set knows, with the nearest ones that some know.
 *
 * @param remedy what else can be written
 */
export function unknownLabel(text: string, labelSets: readonly LabelSet[], remedy?: string): string {
  const words = labelSets.flatMap(({ labels }) =>
    labels.flatMap(({ name, parent, synonyms }) => [name, ...synonyms, ...(parent ? [parent] : [])]),
  );
  const names = labelSets.map(({ name }) => name).join(', ');
  const besides = remedy === undefined ? '' : ` (${remedy})`;
  return `no label set (${names}) knows "${text}"${besides}${didYouMean(nearestWords(text, words))}`;
}
