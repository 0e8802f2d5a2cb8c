import type { Classifier } from '../labels/classifier.ts';
import { embeddingAt } from '../labels/embedding-matrix.ts';
import type { LabelledImages } from '../labels/labelled-images.ts';
import { scoresByLabel } from '../labels/scores.ts';

/** Scores of labelled pictures, shape [pictures, labels]. */
export interface ScoreTable {
  readonly labelCount: number;
  readonly scores: Float64Array;
}

export function scoreTable(labelCount: number, { embeddings }: LabelledImages): ScoreTable {
  return { labelCount, scores: new Float64Array(embeddings.count * labelCount) };
}

/** Puts in what tagging would give the pictures that are wanted. */
export function fillTable(
  { labelCount, scores }: ScoreTable,
  { embeddings }: LabelledImages,
  classifier: Classifier,
  isWanted: (picture: number) => boolean,
): void {
  const { modelDigest } = classifier;
  for (let picture = 0; picture < embeddings.count; picture++) {
    if (!isWanted(picture)) continue;
    const own = scoresByLabel({ modelDigest, values: embeddingAt(embeddings, picture) }, classifier);
    // Labels come first, in their order; parents that are not listed behind them.
    let label = 0;
    for (const score of own.values()) {
      if (label === labelCount) break;
      scores[picture * labelCount + label++] = score;
    }
  }
}

export function scoreOf({ labelCount, scores }: ScoreTable, picture: number, label: number): number {
  return scores[picture * labelCount + label] ?? 0;
}
