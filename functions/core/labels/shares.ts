import type { Classifier } from './classifier.ts';
import { type Cosines, logitsAt } from './cosines.ts';

/** How the softmax of an exclusive label set shares out the whole; all of them add up to 1. */
export interface Shares {
  /** Of each label by itself, in the order of the label set, before curves and without its narrower labels'. */
  readonly labels: readonly number[];
  readonly noneOfThese: number;
  /** Of the reject option; 0 where the label set has none. */
  readonly unknown: number;
}

/** @param cosines of one embedding with a classifier of an exclusive label set */
export function sharesOf(cosines: Cosines, classifier: Classifier): Shares {
  const { labels, contrasts } = logitsAt(cosines, classifier);
  const unknownLogit = classifier.fit?.unknownLogit ?? Number.NEGATIVE_INFINITY;
  const shares = softmax([...labels, ...contrasts, unknownLogit]);
  const noneOfThese = shares.slice(labels.length, -1).reduce((sum, share) => sum + share, 0);
  return { labels: shares.slice(0, labels.length), noneOfThese, unknown: shares.at(-1) ?? 0 };
}

export function softmax(logits: readonly number[]): readonly number[] {
  const highest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const parts = logits.map((logit) => Math.exp(logit - highest));
  const total = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / total);
}
