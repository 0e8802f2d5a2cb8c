import { foldedText, wordKey } from '../../../core/labels/folded-text.ts';
import { LABEL_SET_NAME, type LabelSet } from '../../../core/labels/label-set.ts';
import { nearestWords } from '../../../core/labels/near-words.ts';
import { spellingsOf } from '../../../core/labels/spellings.ts';
import type { LabelTerm, WantedLabel } from '../../../core/records/find-images.ts';
import { UsageError } from '../../../terminal/exit-code.ts';

const SET_AND_LABEL = new RegExp(`^(${LABEL_SET_NAME.source}):(.+)$`, 's');

/**
 * The labels that the user names, as the table knows them. `set:label` is taken as it is, but for spelling; a label alone
 * is looked up among the names, parents and synonyms of every label set, in any letter case and spelling; where several
 * know it, any of them is enough.
 *
 * @throws {UsageError} naming every label that no label set knows, with the nearest ones
 */
export function labelTerms(texts: readonly string[], labelSets: readonly LabelSet[]): WantedLabel[] {
  const found = texts.map((text) => labelTerm(text, labelSets));
  const faults = found.filter((term) => typeof term === 'string');
  if (faults.length > 0) throw new UsageError(faults);
  return found.filter((term) => typeof term !== 'string');
}

/** A label as the table knows it, or what is wrong with it. */
function labelTerm(text: string, labelSets: readonly LabelSet[]): WantedLabel | string {
  const [, set, label] = SET_AND_LABEL.exec(text) ?? [];
  if (set !== undefined && label !== undefined) {
    const known = labelSets.find(({ name }) => name === set);
    const name = (known && canonicalName(label, known)) ?? foldedText(label);
    return oneOrMore(termsOf(set, name, label, known));
  }
  const terms = labelSets.flatMap((labelSet): readonly LabelTerm[] => {
    const name = canonicalName(text, labelSet);
    return name === undefined ? [] : termsOf(labelSet.name, name, text, labelSet);
  });
  return terms.length > 0 ? terms : unknownLabel(text, labelSets);
}

/** Records from before labels had one spelling carry a label as it was typed, here or in its label set's file. */
function termsOf(
  set: string,
  name: string,
  typed: string,
  labelSet: LabelSet | undefined,
): readonly LabelTerm[] {
  const asTyped = foldedText(typed) === name ? [typed.trim()] : [];
  const spellings = [name, ...asTyped, ...(labelSet ? spellingsOf(labelSet, name) : [])];
  return [...new Set(spellings)].map((label) => ({ set, label }));
}

function oneOrMore(terms: readonly LabelTerm[]): WantedLabel {
  const [first] = terms;
  return terms.length === 1 && first ? first : terms;
}

/** The word that tags carry: a name goes before a synonym, which may stand for another label. */
function canonicalName(text: string, { labels }: LabelSet): string | undefined {
  const wanted = wordKey(text);
  const isWanted = (word: string | undefined) => word !== undefined && wordKey(word) === wanted;
  return (
    labels.find(({ name }) => isWanted(name))?.name ??
    labels.find(({ parent }) => isWanted(parent))?.parent ??
    labels.find(({ synonyms }) => synonyms.some(isWanted))?.name
  );
}

function unknownLabel(text: string, labelSets: readonly LabelSet[]): string {
  const words = labelSets.flatMap(({ labels }) =>
    labels.flatMap(({ name, parent, synonyms }) => [name, ...synonyms, ...(parent ? [parent] : [])]),
  );
  const near = nearestWords(text, words).map((word) => `"${word}"`);
  const hint = near.length > 0 ? `, but ${near.join(', ')}` : '';
  return `no label set (${labelSets.map(({ name }) => name).join(', ')}) knows "${text}"${hint}; SET:LABEL asks for any label`;
}
