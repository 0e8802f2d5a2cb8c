import type { Classifier } from '../labels/classifier.ts';
import type { EmbeddingMatrix } from '../labels/embedding-matrix.ts';
import { bulkOf } from '../search/relevance/cosine-histogram.ts';
import type { Background } from './background.ts';
import { COSINE_BINS, cosineCounts } from './cosine-counts.ts';
import { crowdedOffset } from './crowded-pictures.ts';
import { type LabelDistribution, labelDistribution } from './label-distribution.ts';
import { expectedShare, type UnlabelledLine, unlabelledLine } from './unlabelled-line.ts';

/** Where all cosines are the same, or nearly. */
const [LEAST_TEMPERATURE, GREATEST_TEMPERATURE] = [0.05, 50];

export interface UnlabelledLines {
  readonly temperature: number;
  /** In the label set's order. */
  readonly labels: readonly UnlabelledLine[];
  /** Only of an exclusive set that has prompts for it. */
  readonly noneOfThese: UnlabelledLine | undefined;
}

/** @param collection with the background together at least one picture */
export function unlabelledLines(
  classifier: Classifier,
  collection: EmbeddingMatrix,
  background: Background | undefined,
): UnlabelledLines {
  const rows = fittedRows(classifier);
  const own = collection.count > 0 ? cosineCounts(rows, collection) : undefined;
  const others = background && background.count > 0 ? cosineCounts(rows, background) : undefined;
  const labelCount = classifier.labelSet.labels.length;
  const rowCount = (own ?? others ?? []).length / COSINE_BINS;
  const distributions = Array.from({ length: rowCount }, (_, row) => labelDistribution(row, own, others));
  const temperature = background?.temperature ?? usualTemperature(distributions, classifier.logitScale);
  const share = expectedShare(labelCount);
  const lines = distributions.map((distribution) => unlabelledLine(distribution, temperature, share));
  const labels = lines.slice(0, labelCount);
  if (classifier.labelSet.mode === 'exclusive')
    return { temperature, labels, noneOfThese: lines[labelCount] };
  const pictures = background ? [collection, background] : [collection];
  const { topK } = classifier.labelSet;
  const added = crowdedOffset(rows, labels, pictures, { topK, temperature });
  return {
    temperature,
    labels: labels.map((line) => ({ ...line, offset: line.offset + added })),
    noneOfThese: undefined,
  };
}

/** Rows of the labels, and behind them that of "none of these", which contrast prompts have in exclusive sets alone. */
export function fittedRows({ labelSet, labelRows, contrastRows }: Classifier): Float32Array {
  if (labelSet.mode !== 'exclusive' || contrastRows.length === 0) return labelRows;
  const rows = new Float32Array(labelRows.length + contrastRows.length);
  rows.set(labelRows);
  rows.set(contrastRows, labelRows.length);
  return rows;
}

/** That of the model's own logits, in the middle of the labels: what it was trained to tell right from wrong texts by. */
function usualTemperature(distributions: readonly LabelDistribution[], logitScale: number): number {
  const deviations = distributions.map(({ cosines, all }) => bulkOf(cosines, all).deviation);
  const middle = deviations.sort((a, b) => a - b)[Math.floor(deviations.length / 2)] ?? 0;
  return Math.min(GREATEST_TEMPERATURE, Math.max(LEAST_TEMPERATURE, logitScale * middle));
}
