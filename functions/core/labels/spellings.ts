import { isPlainObject } from '../document.ts';
import { foldedText } from './folded-text.ts';

/** By label set, its words as its file spells them, where that differs; no part of a label set, nor of its digest. */
const spellings = new WeakMap<object, ReadonlyMap<string, readonly string[]>>();

/** Remembers how the value that a label set was made of spells its words. */
export function noteSpellings(labelSet: object, value: unknown): void {
  const written = new Map<string, string[]>();
  for (const word of writtenWords(value)) {
    const folded = foldedText(word);
    if (word.trim() !== folded) written.set(folded, [...(written.get(folded) ?? []), word.trim()]);
  }
  if (written.size > 0) spellings.set(labelSet, written);
}

/** Other spellings of a word in a label set's file: records from before words had one spelling may carry them. */
export function spellingsOf(labelSet: object, word: string): readonly string[] {
  return spellings.get(labelSet)?.get(word) ?? [];
}

/** Names and parents: the words that tags carry. */
function writtenWords(value: unknown): readonly string[] {
  const labels = isPlainObject(value) && Array.isArray(value.labels) ? value.labels : [];
  return labels
    .flatMap((label: unknown) => (isPlainObject(label) ? [label.name, label.parent] : [label]))
    .filter((word) => typeof word === 'string');
}
