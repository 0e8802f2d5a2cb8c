import { logitsAt } from '../labels/cosines.ts';
import { labelIndexOf } from '../labels/label-index.ts';
import { contrastPromptsOf } from '../labels/label-set.ts';
import { sharesOf, softmax } from '../labels/shares.ts';
import { hasRejectOption } from '../labels/unknown.ts';
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
 * @returns undefined for a label that is weighed against nothing: an independent one that was fitted, or of a model that
 *   judges each label by itself
 */
export function weighing(scored: ScoredEmbedding, place: number): Weighing | undefined {
  return scored.classifier.labelSet.mode === 'exclusive'
    ? amongLabels(scored, place)
    : againstContrasts(scored, place);
}

function amongLabels(scored: ScoredEmbedding, place: number): Weighing {
  const { classifier, cosines } = scored;
  const { names } = labelIndexOf(classifier.labelSet);
  const shares = sharesOf(cosines, classifier);
  const own = new Set(withNarrower(scored, place));
  const labels = shares.labels.flatMap((share, at): Rival[] =>
    own.has(at) ? [] : [{ kind: 'label', text: names[at], share, cosine: cosines.labels[at] }],
  );
  const [cosine] = cosines.contrasts;
  const noneOfThese: Rival[] =
    cosine === undefined ? [] : [{ kind: 'none-of-these', share: shares.noneOfThese, cosine }];
  const unknown: Rival[] = hasRejectOption(classifier) ? [{ kind: 'unknown', share: shares.unknown }] : [];
  return {
    share: shares.labels.reduce((sum, each, at) => (own.has(at) ? sum + each : sum), 0),
    rivals: largest([...labels, ...noneOfThese, ...unknown]),
  };
}

function againstContrasts({ classifier, cosines }: ScoredEmbedding, place: number): Weighing | undefined {
  const { labelSet, logitBias, fit } = classifier;
  const logits = logitsAt(cosines, classifier);
  const own = logits.labels[place];
  if (own === undefined || logitBias !== undefined || fit?.isFitted[place]) return undefined;
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
  const { names, parents } = labelIndexOf(classifier.labelSet);
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
