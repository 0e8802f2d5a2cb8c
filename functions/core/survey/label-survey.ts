import { scoresForEach } from '../labels/block-tags.ts';
import type { Classifier } from '../labels/classifier.ts';
import { requireSameModel } from '../labels/embedding.ts';
import { type EmbeddingMatrix, embeddingAt } from '../labels/embedding-matrix.ts';
import { labelIndexOf } from '../labels/label-index.ts';
import { minimumScoresOf } from '../labels/minimum-scores.ts';
import { passingTags } from '../labels/scores.ts';
import { nearestRows, type SurveyedImage } from './nearest-rows.ts';

/** What a label set makes of a whole collection. */
export interface LabelSurvey {
  /** Images with at least one of its tags. */
  readonly tagged: number;
  /** Tags of all images together. */
  readonly tags: number;
  /** By name, labels first, then parents that are not listed. */
  readonly labels: ReadonlyMap<string, SurveyedLabel>;
}

export interface SurveyedLabel {
  /** Images that carry it. */
  readonly shown: number;
  /** Mean score of those: by its scores, the share of them that is right. 0 where there are none. */
  readonly meanScore: number;
  /** Lowest score of a tag. */
  readonly minimumScore: number;
  /** The images nearest to that score, the nearest first: those that reach it, and those that do not. */
  readonly above: readonly SurveyedImage[];
  readonly below: readonly SurveyedImage[];
}

export interface LabelSurveyOptions {
  /** Images on each side of a label's lowest score. @default 0 */
  readonly nearest?: number;
}

const NOT_SHOWN = { count: 0, sum: 0 };

/** Embeddings whose scores are worked out together: a view of each is made. */
const ROWS_AT_ONCE = 1024;

/**
 * Scores every image by a label set, as retagging would.
 *
 * @throws {ModelMismatch} when embeddings and classifier come from different models
 */
export function labelSurvey(
  embeddings: EmbeddingMatrix,
  classifier: Classifier,
  { nearest = 0 }: LabelSurveyOptions = {},
): LabelSurvey {
  requireSameModel(classifier.modelDigest, embeddings.modelDigest);
  const { names } = labelIndexOf(classifier.labelSet);
  const minimumScores = minimumScoresOf(classifier);
  const near = nearestRows(minimumScores, nearest);
  const shown = new Map<string, { count: number; sum: number }>();
  let tagged = 0;
  let tags = 0;
  for (let first = 0; first < embeddings.count; first += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, embeddings.count - first);
    const vectors = Array.from({ length: count }, (_, i) => embeddingAt(embeddings, first + i));
    scoresForEach(vectors, classifier, (scores, image) => {
      const passing = passingTags(scores, classifier);
      for (const { label, score } of passing) {
        const { count: images, sum } = shown.get(label) ?? NOT_SHOWN;
        shown.set(label, { count: images + 1, sum: sum + score });
      }
      tagged += passing.length > 0 ? 1 : 0;
      tags += passing.length;
      near.take(scores, first + image);
    });
  }
  const labels = names.map((name, place): [string, SurveyedLabel] => {
    const { count, sum } = shown.get(name) ?? NOT_SHOWN;
    const meanScore = count === 0 ? 0 : sum / count;
    return [name, { shown: count, meanScore, minimumScore: minimumScores[place] ?? 0, ...near.of(place) }];
  });
  return { tagged, tags, labels: new Map(labels) };
}
