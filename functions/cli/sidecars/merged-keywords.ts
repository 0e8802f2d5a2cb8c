import type { KeywordProperty, Keywords } from './xmp-names.ts';

/** What becomes of the keywords of a property. */
export interface KeywordChange {
  readonly removed: readonly string[];
  readonly added: readonly string[];
  /** Which of its keywords are ours from now on. */
  readonly ours: readonly string[];
}

/** Keywords that a sidecar has, and those of them that are ours. */
export interface PresentKeywords {
  readonly present: Keywords;
  readonly ours: Keywords;
}

/**
 * What of a sidecar's keywords goes, and what comes: others' keywords stay, and ours that are wanted no more go. One of
 * ours that somebody has taken out stays out: `wanted.subject[i]` stands for the i-th of the other properties, too.
 */
export function mergedKeywords(
  wanted: Keywords,
  { present, ours }: PresentKeywords,
): Readonly<Record<KeywordProperty, KeywordChange>> {
  const isTakenOut = (word: string) => ours.subject.includes(word) && !present.subject.includes(word);
  const change = (property: KeywordProperty): KeywordChange => {
    const words = wanted[property];
    const others = present[property].filter((word) => !ours[property].includes(word));
    const out = words.filter((word) => isTakenOut(lastWord(word, property)));
    return {
      removed: ours[property].filter((word) => !words.includes(word) && present[property].includes(word)),
      added: words.filter((word) => !present[property].includes(word) && !out.includes(word)),
      ours: words.filter((word) => !others.includes(word)),
    };
  };
  return { subject: change('subject'), hierarchical: change('hierarchical'), tagsList: change('tagsList') };
}

/** The label that a keyword with its broader ones stands for. */
function lastWord(word: string, property: KeywordProperty): string {
  if (property === 'subject') return word;
  return word.split(property === 'hierarchical' ? '|' : '/').at(-1) ?? word;
}
