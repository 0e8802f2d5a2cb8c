import type { Classifier } from '../labels/classifier.ts';
import { labelIndexOf } from '../labels/label-index.ts';
import { fillScores } from '../labels/scores.ts';
import type { ImageCollection } from './image-collection.ts';

/** What a label would be given to. */
export interface PreviewedLabel {
  readonly label: string;
  /** Images whose score reaches the label set's minimum. */
  readonly count: number;
  /** Rows of the best images, best first, and their scores; not all of them reach the minimum. */
  readonly best: ReadonlyArray<{ readonly row: number; readonly score: number }>;
}

/** Rows that are scored before others have their turn. */
const ROWS_PER_STEP = 8_192;
/** Scores are compared as tags carry them, with four decimals. */
const HALF_A_STEP = 0.00005;

/**
 * Which images of a collection each label of a label set would be given to, from their embeddings in memory, which are a
 * little rounded. It pauses after each step, so that others have their turn.
 *
 * @param classifier of a label set without thresholds, parents and fits of its own: one that was typed
 * @param bestCount the most images of a label that are named
 */
export function* labelPreview(
  collection: ImageCollection,
  classifier: Classifier,
  bestCount: number,
): Generator<undefined, { readonly labels: readonly PreviewedLabel[]; readonly images: number }> {
  const { labelSet, labelRows, contrastRows, logitScale } = classifier;
  const count = labelSet.labels.length;
  const size = labelRows.length / count;
  const cosines: Float32Array[] = [];
  for (const rows of [labelRows, contrastRows]) {
    for (let start = 0; start < rows.length; start += size) {
      cosines.push(collection.cosines(rows.subarray(start, start + size)));
      yield;
    }
  }
  const logits = {
    labels: new Float64Array(count),
    contrasts: new Float64Array(cosines.length - count),
  };
  const scores = new Float64Array(labelIndexOf(labelSet).names.length);
  const found = labelSet.labels.map(({ name }) => ({ label: name, count: 0, best: bestRows(bestCount) }));
  const minimum = labelSet.minimumScore - HALF_A_STEP;
  const rowCount = Math.min(collection.rowCount, ...cosines.map(({ length }) => length));
  let images = 0;
  for (let row = 0; row < rowCount; row++) {
    if (row % ROWS_PER_STEP === ROWS_PER_STEP - 1) yield;
    if (!collection.isThere(row) || !collection.hasEmbedding(row)) continue;
    images++;
    for (const [i, of] of cosines.entries()) {
      const logit = logitScale * (of[row] ?? 0);
      if (i < count) logits.labels[i] = logit;
      else logits.contrasts[i - count] = logit;
    }
    fillScores(scores, logits, classifier);
    for (const [i, label] of found.entries()) {
      const score = scores[i] ?? 0;
      if (score >= minimum) label.count++;
      label.best.offer(row, score);
    }
  }
  return { images, labels: found.map(({ best, ...label }) => ({ ...label, best: best.rows() })) };
}

/** The best of many rows; of equal ones those that came first. */
function bestRows(maximum: number) {
  const kept: { row: number; score: number }[] = [];
  return {
    offer(row: number, score: number): void {
      if (kept.length === maximum && score <= (kept.at(-1)?.score ?? Infinity)) return;
      const after = kept.findIndex((other) => other.score < score);
      kept.splice(after < 0 ? kept.length : after, 0, { row, score });
      kept.length = Math.min(kept.length, maximum);
    },
    rows: () => kept,
  };
}
