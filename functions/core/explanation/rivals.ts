import { contrastPromptsOf } from '../labels/label-set.ts';
import { indexOf, logitsAt } from './cosines.ts';
import type { ScoredEmbedding } from './scored-embedding.ts';

/** What a label is weighed against, and what it takes of the whole. All shares of a label, its own included, add up to 1. */
export interface Rival {
  /**
   * `label`: of an exclusive set. `none-of-these`, `unknown`: never shown. `contrast`: a prompt that an independent label is
   * weighed against. `others`: the rest, taken together.
   */
  readonly kind: 'label' | 'none-of-these' | 'unknown' | 'contrast' | 'others';
  /** The label, or the prompt. */
  readonly text?: string | undefined;
  readonly share: number;
  readonly cosine?: number | undefined;
  /** How many there are, of `others`. */
  readonly count?: number | undefined;
}

export interface Weighing {
  /** Of the label with those that it is the broader one of. */
  readonly share: number;
  /** The largest first. */
  readonly rivals: readonly Rival[];
}

/** More of them take little. */
const MAXIMUM_RIVALS = 5;

/**
 * How the whole is shared out between a label and its rivals: in an exclusive set one softmax over all labels, in an
 * independent one over the label and the contrast prompts.
 *
 * @param place of the name in the label index
 * @returns undefined for a label that is weighed against nothing: of a model that judges each label by itself, or fitted
 */
export function weighing(scored: ScoredEmbedding, place: number): Weighing | undefined {
  return scored.classifier.labelSet.mode === 'exclusive'
    ? amongLabels(scored, place)
    : againstContrasts(scored, place);
}

function amongLabels(scored: ScoredEmbedding, place: number): Weighing {
  const { classifier, cosines } = scored;
  const { names } = indexOf(classifier);
  const logits = logitsAt(cosines, classifier);
  const labelCount = logits.labels.length;
  const shares = softmax([...logits.labels, ...logits.contrasts]);
  const own = new Set(withNarrower(scored, place));
  const rivals = shares.flatMap((share, at): Rival[] => {
    if (own.has(at)) return [];
    if (at < labelCount) return [{ kind: 'label', text: names[at], share, cosine: cosines.labels[at] }];
    return [{ kind: 'none-of-these', share, cosine: cosines.contrasts[at - labelCount] }];
  });
  const share = shares.reduce((sum, each, at) => (own.has(at) ? sum + each : sum), 0);
  return { share, rivals: largest(rivals) };
}

function againstContrasts({ classifier, cosines }: ScoredEmbedding, place: number): Weighing | undefined {
  const { labelSet, logitBias } = classifier;
  const logits = logitsAt(cosines, classifier);
  const own = logits.labels[place];
  if (own === undefined || logitBias !== undefined) return undefined;
  const [share = 0, ...others] = softmax([own, ...logits.contrasts]);
  const prompts = contrastPromptsOf(labelSet);
  const rivals = others.map(
    (each, at): Rival => ({
      ...{ kind: 'contrast', text: prompts[at], share: each, cosine: cosines.contrasts[at] },
    }),
  );
  return { share, rivals: largest(rivals) };
}

/** A name with all names below it. */
export function withNarrower({ classifier }: ScoredEmbedding, place: number): readonly number[] {
  const { names, parents } = indexOf(classifier);
  const isBelow = (at: number): boolean => at === place || (at >= 0 && isBelow(parents[at] ?? -1));
  return names.map((_, at) => at).filter(isBelow);
}

/** The largest of them, and the rest as one; what is never shown is always told. */
function largest(rivals: readonly Rival[]): readonly Rival[] {
  const sorted = rivals.toSorted((a, b) => b.share - a.share);
  const isTold = (rival: Rival, at: number) => at < MAXIMUM_RIVALS || rival.kind !== 'label';
  const rest = sorted.filter((rival, at) => !isTold(rival, at));
  const restShare = rest.reduce((sum, { share }) => sum + share, 0);
  const others: readonly Rival[] =
    rest.length > 0 ? [{ kind: 'others', count: rest.length, share: restShare }] : [];
  return [...sorted.filter(isTold), ...others];
}

function softmax(logits: readonly number[]): readonly number[] {
  const highest = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const parts = logits.map((logit) => Math.exp(logit - highest));
  const total = parts.reduce((a, b) => a + b, 0);
  return parts.map((part) => part / total);
}
