import { type ClassifierFit, classifierFit, currentFit, withLearnedDirections } from './classifier-fit.ts';
import { normalised, type PromptEncoder, requireSameModel } from './embedding.ts';
import { contrastPromptsOf, type LabelSet, labelSetDigest, promptsOf } from './label-set.ts';

/** What a model makes of a label set's words. */
export interface PromptRows {
  /**
   * Shape [labels, embedding size], row-major, in the order of `labelSet.labels`: each the mean over a label's prompts,
   * normalised again (https://github.com/mlfoundations/open_clip, `src/open_clip/zero_shot_classifier.py`).
   */
  readonly labelRows: Float32Array;
  /** Shape [contrasts, embedding size]: "none of these" as one row (exclusive), or a row for each contrast prompt. */
  readonly contrastRows: Float32Array;
}

/** What scores need of a model. */
export type ScoringModel = Pick<PromptEncoder, 'modelDigest' | 'logitScale' | 'logitBias'>;

/** A label set as the model sees it: one unit row per label, that of its prompts or the one that was learned. */
export interface Classifier extends PromptRows {
  readonly labelSet: LabelSet;
  readonly labelSetDigest: string;
  readonly modelDigest: string;
  /** The checkpoint's learned multiplier of cosines, already exponentiated. */
  readonly logitScale: number;
  /** Only with a model that judges each label by itself; see {@link PromptEncoder.logitBias}. */
  readonly logitBias?: number;
  /** What was fitted to the label set with this model. @default scores come from the words alone */
  readonly fit?: ClassifierFit;
}

/**
 * Encodes every prompt of a label set once, so that tagging needs no text encoder.
 *
 * @param remark called with what of the label set's fit does not hold any more
 * @throws {CliptagError} `not-an-embedding` when the prompts of a label cancel each other out
 * @throws {ModelMismatch} when the encoder gives embeddings of another model than its own
 * @throws {InvalidInput} when the label set's fit has a direction that is none of this model
 */
export async function compileClassifier(
  labelSet: LabelSet,
  textEncoder: PromptEncoder,
  remark?: (remark: string) => void,
): Promise<Classifier> {
  return classifierOf(labelSet, await promptRows(labelSet, textEncoder), textEncoder, remark);
}

/**
 * The classifier of a label set whose words are encoded: what was fitted to it is added here, so that rows once encoded
 * serve every fit.
 *
 * @throws as {@link compileClassifier}
 */
export function classifierOf(
  labelSet: LabelSet,
  rows: PromptRows,
  { modelDigest, logitScale, logitBias }: ScoringModel,
  remark: (remark: string) => void = () => {},
): Classifier {
  const current = currentFit(labelSet, modelDigest);
  const fit = current && classifierFit(labelSet, current, logitScale);
  const names = labelSet.labels.map(({ name }) => name);
  if (current && current.stale.length > 0) remark(staleRemark(labelSet, current.stale));
  return {
    labelSet,
    labelSetDigest: labelSetDigest(labelSet, modelDigest),
    modelDigest,
    logitScale,
    ...(logitBias !== undefined && { logitBias }),
    labelRows: fit
      ? withLearnedDirections(rows.labelRows, { labels: current.labels, names, modelDigest })
      : rows.labelRows,
    contrastRows: rows.contrastRows,
    ...(fit && { fit }),
  };
}

/** Names that a remark shows. */
const SHOWN_NAMES = 3;

function staleRemark({ name, labels }: LabelSet, stale: readonly string[]): string {
  const listed = new Set(labels.map((label) => label.name));
  const shown = stale
    .slice(0, SHOWN_NAMES)
    .map((label) => `"${label}"${listed.has(label) ? '' : ' (removed)'}`);
  const more = stale.length > SHOWN_NAMES ? ` and ${stale.length - SHOWN_NAMES} more` : '';
  return `label set "${name}" was fitted when it had other words: what was found for ${shown.join(', ')}${more} is left out; calibrate or learn anew`;
}

/** Encodes every prompt of a label set, whatever was fitted to it. */
export async function promptRows(labelSet: LabelSet, textEncoder: PromptEncoder): Promise<PromptRows> {
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
