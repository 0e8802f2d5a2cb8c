import { CliptagError } from '../errors.ts';
import { dot, type Embedding } from '../labels/embedding.ts';
import { share } from './evaluation.ts';

/** How alike two models' embeddings of the same things are; 1 is the same direction. */
export interface CosineSummary {
  readonly count: number;
  readonly mean: number;
  readonly minimum: number;
  /** This share of the cosines, in [0, 1], is at or below the value (nearest rank). */
  readonly percentile1: number;
  readonly percentile5: number;
  readonly median: number;
}

/** How alike two models' rankings of the same labels are. */
export interface RankAgreement {
  readonly pictures: number;
  /** Share of pictures with the same best label, in [0, 1]. */
  readonly top1: number;
  /** Mean share of the reference's best five labels that are among the model's best five, in any order. */
  readonly top5: number;
}

const TOP = 5;

/**
 * The cosine of each embedding with its reference. Unlike `cosine`, it compares different models on purpose: one is
 * meant to stand for the other.
 *
 * @throws {CliptagError} `not-comparable` when there are not as many, or their sizes differ
 */
export function pairedCosines(
  embeddings: readonly Embedding[],
  references: ReadonlyArray<Pick<Embedding, 'values'>>,
): readonly number[] {
  if (embeddings.length !== references.length) {
    throw notComparable(`${references.length} embeddings`, embeddings.length);
  }
  return embeddings.map(({ values }, i) => {
    const reference = references[i]?.values ?? new Float32Array();
    if (values.length === reference.length) return dot(values, reference);
    throw notComparable(`embeddings of ${reference.length} numbers`, values.length);
  });
}

/** @throws {CliptagError} `not-comparable` for no cosines at all */
export function cosineSummary(cosines: readonly number[]): CosineSummary {
  const sorted = [...cosines].sort((a, b) => a - b);
  const [minimum] = sorted;
  if (minimum === undefined) throw notComparable('at least one pair of embeddings', 0);
  const percentile = (part: number) => sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? minimum;
  return {
    count: sorted.length,
    mean: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    minimum,
    percentile1: percentile(0.01),
    percentile5: percentile(0.05),
    median: percentile(0.5),
  };
}

/**
 * @param best for each picture, a model's labels, best first; more than five do not matter
 * @param references the same from the model that it is compared with
 * @throws {CliptagError} `not-comparable` when there are not as many
 */
export function rankAgreement(
  best: ReadonlyArray<readonly string[]>,
  references: ReadonlyArray<readonly string[]>,
): RankAgreement {
  const pictures = references.length;
  if (best.length !== pictures) throw notComparable(`rankings of ${pictures} pictures`, best.length);
  let same = 0;
  let overlap = 0;
  for (const [i, reference] of references.entries()) {
    const labels = best[i] ?? [];
    if (labels[0] === reference[0]) same += 1;
    const wanted = reference.slice(0, TOP);
    const found = new Set(labels.slice(0, TOP));
    overlap += share(wanted.filter((label) => found.has(label)).length, wanted.length);
  }
  return { pictures, top1: share(same, pictures), top5: share(overlap, pictures) };
}

function notComparable(expected: string, received: number): CliptagError {
  return new CliptagError('not-comparable', `Expected ${expected} to compare with but received ${received}`);
}
