/** Typing errors that a word may be away, and how many words are suggested. */
const MOST_ERRORS = 2;
const MOST_WORDS = 3;

/** The words that somebody who wrote `text` may have meant, nearest first. */
export function nearestWords(text: string, words: Iterable<string>): string[] {
  const wanted = text.trim().toLowerCase();
  return [...new Set(words)]
    .map((word) => ({ word, errors: errorsBetween(wanted, word.toLowerCase()) }))
    .filter(({ word, errors }) => errors <= MOST_ERRORS && errors < Math.max(wanted.length, word.length) / 2)
    .sort((a, b) => a.errors - b.errors || (a.word < b.word ? -1 : 1))
    .slice(0, MOST_WORDS)
    .map(({ word }) => word);
}

/** Letters to insert, delete or replace (Levenshtein distance). */
function errorsBetween(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (const [i, letter] of [...a].entries()) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const replaced = (row[j] ?? 0) + (letter === b[j] ? 0 : 1);
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
