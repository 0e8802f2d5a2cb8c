import { z } from 'zod';
import { foldedText } from './folded-text.ts';

/** By label set, its words as its file spells them, where that differs; no part of a label set, nor of its digest. */
const spellings = new WeakMap<object, ReadonlyMap<string, readonly string[]>>();

const rawWord = z.string().optional().catch(undefined);
const rawLabel = z.union([
  z.string().transform((name) => [name]),
  z.object({ name: rawWord, parent: rawWord }).transform(({ name, parent }) => [name, parent]),
]);
const rawLabels = z
  .object({ labels: z.array(rawLabel) })
  .transform(({ labels }) => labels.flat().filter((word) => word !== undefined));

/** Remembers how the value that a label set was made of spells its words. */
export function noteSpellings(labelSet: object, value: unknown): void {
  const written = new Map<string, string[]>();
  for (const word of rawLabels.safeParse(value).data ?? []) {
    const folded = foldedText(word);
    if (word.trim() !== folded) written.set(folded, [...(written.get(folded) ?? []), word.trim()]);
  }
  spellings.set(labelSet, written);
}

/** Other spellings of a word in a label set's file: records from before words had one spelling may carry them. */
export function spellingsOf(labelSet: object, word: string): readonly string[] {
  return spellings.get(labelSet)?.get(word) ?? [];
}
