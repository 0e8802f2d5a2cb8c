import { didYouMean, nearestWords } from '../core/labels/near-words.ts';

/** Fewer letters begin too many names. */
const MINIMUM_PREFIX = 3;

/**
 * What is wrong with the name of a command or a flag.
 *
 * @param program the command that has them, e.g. `models`; empty for the whole program
 * @example
 * wrongCommand('serach', ['search', 'show']) // unknown command "serach" (cliptag --help lists all); did you mean "search"?
 */
export function wrongCommand(name: string, names: readonly string[], program = ''): string {
  const what = name.startsWith('-') ? `unknown flag ${name}` : `unknown command "${name}"`;
  const parts = ['cliptag', program, '--help'].filter((part) => part !== '');
  return `${what} (${parts.join(' ')} lists all)${didYouMean(meantNames(name, names))}`;
}

/** The names that a word may be a misspelling or the beginning of. */
export function meantNames(word: string, names: readonly string[]): readonly string[] {
  const near = nearestWords(word, names);
  if (near.length > 0 || word.length < MINIMUM_PREFIX) return near;
  return names.filter((name) => name.startsWith(word));
}
