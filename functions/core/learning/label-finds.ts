import type { Classifier, PromptRows } from '../labels/classifier.ts';
import { dot } from '../labels/embedding.ts';
import { type EmbeddingMatrix, embeddingAt } from '../labels/embedding-matrix.ts';
import type { LabelSet } from '../labels/label-set.ts';
import { minimumScoresOf, SCORE_DECIMALS } from '../labels/minimum-scores.ts';
import { scoresByLabel } from '../labels/scores.ts';
import { type KnownExamples, samePicture } from './known-examples.ts';

/** A picture that a learned label finds. */
export interface Find {
  readonly name: string;
  /** In [0, 1], as a tag would have it. */
  readonly score: number;
  /** Whether the score is high enough for a tag. */
  readonly isTag: boolean;
  /** Its place among all pictures by the words alone, 1 the best. */
  readonly placeByWords: number;
}

/** Embeddings with their names. */
export interface NamedEmbeddings {
  readonly embeddings: EmbeddingMatrix;
  readonly names: readonly string[];
}

/** Finds that a person looks through at a glance. */
const FINDS = 12;
/** Of those that come next, and are too far off for a tag. */
const FINDS_BEYOND = 3;

/** A label with what it was learned from, and what was learned. */
export interface LearnedOne {
  readonly label: string;
  readonly examples: KnownExamples;
  readonly classifier: Classifier;
  /** Of the words alone. */
  readonly words: PromptRows;
}

/** The best pictures of a collection that are no examples of the label, best first. */
export function labelFinds(
  { label, examples: { positive, negative }, classifier, words }: LearnedOne,
  { embeddings, names }: NamedEmbeddings,
): readonly Find[] {
  const { labelSet } = classifier;
  const order = bestFirst(rowOfLabel(classifier.labelRows, label, labelSet), embeddings);
  const byWords = bestFirst(rowOfLabel(words.labelRows, label, labelSet), embeddings);
  const placeByWords = new Map(byWords.map((image, at) => [image, at + 1]));
  const minimumScore = minimumScoresOf(classifier)[placeOf(label, labelSet)] ?? 0;
  const examples = [...positive, ...negative];
  const finds: Find[] = [];
  let beyond = 0;
  for (const image of order) {
    if (finds.length === FINDS || beyond === FINDS_BEYOND) break;
    const example = { name: names[image] ?? '', embedding: embeddingAt(embeddings, image) };
    if (samePicture(example, examples)) continue;
    const embedding = { modelDigest: embeddings.modelDigest, values: example.embedding };
    const score = Number((scoresByLabel(embedding, classifier).get(label) ?? 0).toFixed(SCORE_DECIMALS));
    const isTag = score >= minimumScore;
    beyond += isTag ? 0 : 1;
    finds.push({ name: example.name, score, isTag, placeByWords: placeByWords.get(image) ?? 0 });
  }
  return finds;
}

/** Places of the images by their cosine with a direction, the highest first. */
function bestFirst(direction: Float32Array, { values, count, size }: EmbeddingMatrix): number[] {
  const cosines = Float64Array.from({ length: count }, (_, image) => dot(direction, values, image * size));
  return Array.from(cosines.keys()).sort((a, b) => (cosines[b] ?? 0) - (cosines[a] ?? 0));
}

/** The row of a label among those of its label set. */
export function rowOfLabel(rows: Float32Array, label: string, labelSet: LabelSet): Float32Array {
  const size = rows.length / labelSet.labels.length;
  const place = placeOf(label, labelSet);
  return rows.subarray(place * size, (place + 1) * size);
}

function placeOf(name: string, { labels }: LabelSet): number {
  return labels.findIndex((label) => label.name === name);
}
