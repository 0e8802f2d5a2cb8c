import { wordKey } from './folded-text.ts';

// Ours, since two letters swapped count as one typing error: the well-kept libraries (fastest-levenshtein, leven)
// count two, and would not suggest "dog" for "dgo".

/** Typing errors that a word may be away, at most one in this many letters, and how many words are suggested. */
const MAXIMUM_ERRORS = 2;
const LETTERS_PER_ERROR = 3;
const MAXIMUM_WORDS = 3;

/** The words that `text` may be a misspelling of, nearest first. */
export function nearestWords(text: string, words: Iterable<string>): string[] {
  const wanted = wordKey(text);
  const tolerated = Math.min(MAXIMUM_ERRORS, Math.floor(wanted.length / LETTERS_PER_ERROR));
  const mayBe = (word: string) => Math.abs(wordKey(word).length - wanted.length) <= tolerated;
  return [...new Set(words)]
    .filter(mayBe)
    .map((word) => ({ word, errors: errorsBetween(wanted, wordKey(word)) }))
    .filter(({ errors }) => errors <= tolerated)
    .sort((a, b) => a.errors - b.errors || (a.word < b.word ? -1 : 1))
    .slice(0, MAXIMUM_WORDS)
    .map(({ word }) => word);
}

/** Letters to insert, delete, replace or swap with their neighbour (optimal string alignment distance). */
function errorsBetween(a: string, b: string): number {
  let above: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1);
      const isSwap = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      const swapped = isSwap ? (above[j - 1] ?? 0) + 1 : replaced;
      next.push(Math.min(replaced, swapped, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    [above, row] = [row, next];
  }
  return row[b.length] ?? 0;
}

/**
 * What is added to a fault of a word that is not known.
 *
 * @param words those that may be meant, nearest first
 * @example
 * didYouMean(['dog', 'dot']) // '; did you mean "dog" or "dot"?'
 */
export function didYouMean(words: readonly string[]): string {
  return words.length > 0 ? `; did you mean ${words.map((word) => `"${word}"`).join(' or ')}?` : '';
}
