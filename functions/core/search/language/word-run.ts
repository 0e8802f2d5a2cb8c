import { foldedText } from '../../labels/folded-text.ts';
import { InvalidQuery } from './invalid-query.ts';
import type { Query } from './query.ts';
import type { Vocabulary } from './vocabulary.ts';

/** Words of the longest label: it has at most 100 letters, and people write none that is longer. */
const MAXIMUM_LABEL_WORDS = 10;

export interface Word {
  readonly text: string;
  readonly column: number;
}

/**
 * What adjacent words ask for: labels, if they can be cut into labels with nothing left, as few as possible; else they are
 * one text.
 */
export function runConditions(words: readonly Word[], vocabulary: Vocabulary): readonly Query[] {
  return labelsOf(words, vocabulary) ?? [textOf(words)];
}

/** How many of the words what follows `-` takes: the longest label that begins there, else one word. */
export function lengthAfterNot(words: readonly Word[], vocabulary: Vocabulary): number {
  for (let count = Math.min(words.length, MAXIMUM_LABEL_WORDS); count > 1; count--) {
    if (vocabulary.termsOf(phraseOf(words.slice(0, count))).length > 0) return count;
  }
  return 1;
}

/** @throws {InvalidQuery} where the words are nothing but characters that do not count */
export function textOf(words: readonly Word[]): Query {
  return { kind: 'text', parts: [{ text: phraseOf(words), weight: 1 }] };
}

/** Words with single spaces, in the spelling that the model's tokenizer gives them. */
export function phraseOf(words: readonly Word[]): string {
  const phrase = foldedText(words.map(({ text }) => text).join(' '));
  if (phrase !== '') return phrase;
  throw new InvalidQuery({ column: words[0]?.column ?? 1, expected: 'a text', received: '' });
}

/** For each number of words from the left, the fewest labels that they can be cut into. */
function labelsOf(words: readonly Word[], vocabulary: Vocabulary): readonly Query[] | undefined {
  const best: Array<readonly Query[] | undefined> = [[]];
  for (let end = 1; end <= words.length; end++) {
    for (let start = Math.max(0, end - MAXIMUM_LABEL_WORDS); start < end; start++) {
      const before = best[start];
      const shortest = best[end];
      if (!before || (shortest && shortest.length <= before.length + 1)) continue;
      const terms = vocabulary.termsOf(
        foldedText(
          words
            .slice(start, end)
            .map(({ text }) => text)
            .join(' '),
        ),
      );
      if (terms.length > 0) best[end] = [...before, { kind: 'label', terms, minimumScore: 0 }];
    }
  }
  return best[words.length];
}
