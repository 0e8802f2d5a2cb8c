import type { Tag } from '../labels/scores.ts';

/** What a person has said about a label of an image; it wins over what the model says. */
export interface Correction {
  readonly set: string;
  readonly label: string;
  /** Whether the image has the label, or has not. */
  readonly isThere: boolean;
  /** ISO 8601. */
  readonly correctedAt: string;
  /** Score of the model's own tag, which comes back with the correction taken back. @default the model gives none */
  readonly modelScore?: number | undefined;
  /** Broader labels that an added one implies, as its label set had them. @default none */
  readonly parents?: readonly string[] | undefined;
  /** Whether another correction implies this one, and nobody has said it. @default false */
  readonly isImplied?: boolean | undefined;
}

/** More say nothing about a picture, and each makes every write of its record dearer. */
export const MAXIMUM_CORRECTIONS = 200;

/** A person is sure. */
const ADDED_SCORE = 1;

/**
 * The tags of an image by its model, as people have corrected them: without the labels that it has not, and with those that it
 * has, at score 1. Top-k, thresholds and label sets don't count for an added label, and adding one removes no other, not even
 * in an exclusive label set: its labels share one softmax, and yet several of them may be true of a picture.
 *
 * @example
 * correctedTags([dog 0.9, beach 0.4], [no dog, wolf]) // wolf 1, beach 0.4
 */
export function correctedTags(
  modelTags: readonly Tag[],
  corrections: readonly Correction[] = [],
): readonly Tag[] {
  if (corrections.length === 0) return modelTags;
  const isCorrected = labelMatcher(corrections);
  const added = corrections
    .filter(({ isThere }) => isThere)
    .map(({ set, label }) => ({ set, label, score: ADDED_SCORE }));
  return bestFirst([...modelTags.filter((tag) => !isCorrected(tag)), ...added], modelTags);
}

/** The inverse of {@link correctedTags}: the tags that the model gave, and would give again. */
export function modelTagsOf({
  tags,
  corrections = [],
}: {
  readonly tags: readonly Tag[];
  readonly corrections?: readonly Correction[] | undefined;
}): readonly Tag[] {
  if (corrections.length === 0) return tags;
  const isCorrected = labelMatcher(corrections);
  const own = corrections.flatMap(({ set, label, modelScore }) =>
    modelScore === undefined ? [] : [{ set, label, score: modelScore }],
  );
  return bestFirst([...tags.filter((tag) => !isCorrected(tag)), ...own]);
}

/** The corrections, each with the score that the model gives its label now. */
export function rescoredCorrections(
  corrections: readonly Correction[],
  modelTags: readonly Tag[],
): readonly Correction[] {
  const scores = new Map(modelTags.map((tag) => [labelIdentity(tag), tag.score]));
  return corrections.map(({ modelScore: _before, ...correction }) => {
    const modelScore = scores.get(labelIdentity(correction));
    return modelScore === undefined ? correction : { ...correction, modelScore };
  });
}

/**
 * By label set, the best score first, ties by label, as `tagsFor` of `labels/scores.ts` has them.
 *
 * @param before says in which order label sets come; others follow. That of one whose only tag was removed is lost
 */
function bestFirst(tags: readonly Tag[], before: readonly Tag[] = tags): readonly Tag[] {
  const sets = [...new Set([...before, ...tags].map(({ set }) => set))];
  const inSet = (a: Tag, b: Tag) => b.score - a.score || (a.label < b.label ? -1 : 1);
  return sets.flatMap((name) => tags.filter(({ set }) => set === name).sort(inSet));
}

type LabelName = Pick<Tag, 'set' | 'label'>;

function labelMatcher(labels: readonly LabelName[]): (label: LabelName) => boolean {
  const known = new Set(labels.map(labelIdentity));
  return (label) => known.has(labelIdentity(label));
}

/** Unambiguous, since names of label sets have no `#`. */
export function labelIdentity({ set, label }: LabelName): string {
  return `${set}#${label}`;
}
