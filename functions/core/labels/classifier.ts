import { normalised, type PromptEncoder, requireSameModel } from './embedding.ts';
import { contrastPromptsOf, type LabelSet, labelSetDigest, promptsOf } from './label-set.ts';

/**
 * A label set as the model sees it: one unit row per label, the mean over its prompts normalised again
 * (https://github.com/mlfoundations/open_clip, `src/open_clip/zero_shot_classifier.py`).
 */
export interface Classifier {
  readonly labelSet: LabelSet;
  readonly labelSetDigest: string;
  readonly modelDigest: string;
  /** The checkpoint's learned multiplier of cosines, already exponentiated. */
  readonly logitScale: number;
  /** Only with a model that judges each label by itself; see {@link PromptEncoder.logitBias}. */
  readonly logitBias?: number;
  /** Shape [labels, embedding size], row-major, in the order of `labelSet.labels`. */
  readonly labelRows: Float32Array;
  /** Shape [contrasts, embedding size]: "none of these" as one row (exclusive), or a row for each contrast prompt. */
  readonly contrastRows: Float32Array;
}

/**
 * Encodes every prompt of a label set once, so that tagging needs no text encoder.
 *
 * @throws {CliptagError} `not-an-embedding` when the prompts of a label cancel each other out
 * @throws {ModelMismatch} when the encoder gives embeddings of another model than its own
 */
export async function compileClassifier(labelSet: LabelSet, textEncoder: PromptEncoder): Promise<Classifier> {
  const labelPrompts = labelSet.labels.map((label) => promptsOf(labelSet, label));
  const contrastPrompts = groupContrasts(labelSet);
  const groups = [...labelPrompts, ...contrastPrompts];
  const embeddings = await textEncoder.encode(groups.flat());
  let next = 0;
  const rows = groups.map((prompts) => {
    const members = embeddings.slice(next, next + prompts.length);
    next += prompts.length;
    for (const member of members) requireSameModel(textEncoder.modelDigest, member.modelDigest);
    return normalisedMean(members.map(({ values }) => values));
  });
  return {
    labelSet,
    labelSetDigest: labelSetDigest(labelSet, textEncoder.modelDigest),
    modelDigest: textEncoder.modelDigest,
    logitScale: textEncoder.logitScale,
    ...(textEncoder.logitBias !== undefined && { logitBias: textEncoder.logitBias }),
    labelRows: stacked(rows.slice(0, labelPrompts.length)),
    contrastRows: stacked(rows.slice(labelPrompts.length)),
  };
}

/**
 * The contrast prompts that share a row. Exclusive labels have one rival, "none of these"; independent labels have
 * several, so that one badly chosen prompt hurts less.
 */
function groupContrasts(labelSet: LabelSet): ReadonlyArray<readonly string[]> {
  const prompts = contrastPromptsOf(labelSet);
  if (labelSet.mode === 'exclusive') return prompts.length > 0 ? [prompts] : [];
  return prompts.map((prompt) => [prompt]);
}

function normalisedMean(vectors: readonly Float32Array[]): Float32Array {
  const [first] = vectors;
  // Only the direction matters and not the length, so the sum serves as the mean.
  return normalised(
    Float32Array.from(first ?? [], (_, i) => vectors.reduce((sum, vector) => sum + (vector[i] ?? 0), 0)),
  );
}

function stacked(rows: readonly Float32Array[]): Float32Array {
  const size = rows[0]?.length ?? 0;
  const matrix = new Float32Array(rows.length * size);
  for (const [i, row] of rows.entries()) matrix.set(row, i * size);
  return matrix;
}
