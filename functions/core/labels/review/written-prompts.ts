import { type LabelSet, promptsOf } from '../label-set.ts';
import type { Finding } from './finding.ts';

/** How a model reads texts. */
export interface TextReader {
  /** Tokens of a text with start and end, however long it is. */
  tokensOf(text: string): number;
  /** The most that the model reads. */
  readonly contextLength: number;
}

/** Prompts of which the model reads only the beginning. */
export function cutPrompts(labelSet: LabelSet, { tokensOf, contextLength }: TextReader): readonly Finding[] {
  return labelSet.labels.flatMap((label, index) =>
    promptsOf(labelSet, label).flatMap((prompt, at) => {
      const tokens = tokensOf(prompt);
      if (tokens <= contextLength) return [];
      return [
        {
          code: 'cut-prompt' as const,
          path: label.prompts ? ['labels', index, 'prompts', at] : ['labels', index],
          labels: [label.name],
          message: `a prompt of "${label.name}" has ${tokens} tokens, of which the model reads ${contextLength}: the rest of "${excerptOf(prompt)}" is cut off`,
        },
      ];
    }),
  );
}

const EXCERPT_LENGTH = 60;

function excerptOf(prompt: string): string {
  return prompt.length > EXCERPT_LENGTH ? `${prompt.slice(0, EXCERPT_LENGTH)}…` : prompt;
}

const WORD = /[\p{L}\p{M}\p{N}]+/gu;

/**
 * Words with more tokens than letters: the model has no piece for any of them, as with a script that it was not taught. In
 * the 1,826 words of the general label set, the embedded model has none; "café" has as many as letters.
 */
export function wordsInPieces({ labels }: LabelSet, { tokensOf }: TextReader): readonly Finding[] {
  const around = tokensOf('');
  return labels.flatMap(({ name, synonyms, prompts }, index) => {
    const texts = prompts ?? [name, ...synonyms];
    const words = new Set(texts.flatMap((text) => text.match(WORD) ?? []));
    const broken = [...words].filter((word) => tokensOf(word) - around > [...word].length);
    if (broken.length === 0) return [];
    const quoted = broken.map((word) => `"${word}"`).join(', ');
    return [
      {
        code: 'word-in-pieces' as const,
        path: ['labels', index],
        labels: [name],
        message: `the model has no tokens for ${quoted}, and reads them as bytes: it was hardly taught such words; say it in a language of the model's, and show your own word by name`,
      },
    ];
  });
}

const NEGATION = /\b(?:no|not|without|isn't|aren't|never)\b/i;

/**
 * Prompts that deny something: to the embedded model, "a photo of a not a cat" has a cosine of 0.69 with "a photo of a cat".
 * That CLIP takes no heed of "not" is known: https://arxiv.org/abs/2501.09425.
 */
export function denials(labelSet: LabelSet): readonly Finding[] {
  return labelSet.labels.flatMap((label, index) => {
    const prompt = promptsOf(labelSet, label).find((text) => NEGATION.test(text));
    if (prompt === undefined) return [];
    return [
      {
        code: 'negation' as const,
        path: ['labels', index],
        labels: [label.name],
        message: `"${label.name}" denies something ("${excerptOf(prompt)}"), and models of CLIP's kind see what is denied: name what is there instead`,
      },
    ];
  });
}

/** An exclusive label set has to have a place for what is none of its labels. */
export function missingRival({ mode, noneOfThese, labels }: LabelSet): readonly Finding[] {
  if (mode !== 'exclusive' || noneOfThese) return [];
  return [
    {
      code: 'no-none-of-these',
      path: ['mode'],
      labels: labels.map(({ name }) => name),
      message:
        'an exclusive label set without noneOfThese gives every picture its nearest label: name what else there may be, such as noneOfThese: [a photo, a photo of something, an image]',
    },
  ];
}
