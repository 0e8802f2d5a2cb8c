import { foldedText } from '../../../core/labels/folded-text.ts';
import { canonicalName, namedSet, unknownLabel } from '../../../core/labels/label-names.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import { spellingsOf } from '../../../core/labels/spellings.ts';
import type { LabelTerm, WantedLabel } from '../../../core/records/find-images.ts';
import { UsageError } from '../../../terminal/exit-code.ts';

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
  const named = namedSet(text);
  if (named) {
    const { set, label } = named;
    const known = labelSets.find(({ name }) => name === set);
    const name = (known && canonicalName(label, known)) ?? foldedText(label);
    return oneOrMore(termsOf(set, name, label, known));
  }
  const terms = labelSets.flatMap((labelSet): readonly LabelTerm[] => {
    const name = canonicalName(text, labelSet);
    return name === undefined ? [] : termsOf(labelSet.name, name, text, labelSet);
  });
  return terms.length > 0 ? terms : unknownLabel(text, labelSets, 'SET:LABEL asks for any label');
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
