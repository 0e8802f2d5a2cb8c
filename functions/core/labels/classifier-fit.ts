import { CliptagError, InvalidInput } from '../errors.ts';
import { type CalibrationCurve, calibrationCurve } from './calibration-curve.ts';
import { embeddingFromBytes } from './embedding.ts';
import { fitOf, type Label, type LabelSet, noneOfThesePromptsDigest, promptsDigest } from './label-set.ts';
import { type LabelFit, type LabelSetFit, labelFitOf } from './label-set-fit.ts';

/** logit = slope × cosine + offset. */
export interface LogitLine {
  readonly slope: number;
  readonly offset: number;
}

/** What of a label set's fit holds for its labels, as parallel arrays in their order. */
export interface ClassifierFit {
  readonly version: number;
  /** 1 for a label with a fit that holds, 0 for one that is scored by its words alone. */
  readonly isFitted: Uint8Array;
  /** Of every label: logit = slope × cosine + offset. */
  readonly slopes: Float64Array;
  readonly offsets: Float64Array;
  /** Of a label that has one. */
  readonly curves: ReadonlyArray<CalibrationCurve | undefined>;
  /** Lowest score of a tag; NaN where the fit says none. */
  readonly thresholds: Float64Array;
  /** Of "none of these" (exclusive), or of each contrast prompt (independent). */
  readonly contrast: LogitLine;
  /** -Infinity where nothing competes as "unknown". */
  readonly unknownLogit: number;
}

/** The labels whose fits hold, in the places of their labels. */
export type HoldingFits = ReadonlyArray<LabelFit | undefined>;

/** What a label set's fit with a model says of the labels that it still holds for. */
export interface CurrentFit {
  readonly fit: LabelSetFit;
  readonly labels: HoldingFits;
  /** Labels that were fitted with other prompts or in the other mode, and labels of the fit that the set no longer has. */
  readonly stale: readonly string[];
}

/** Undefined where nothing was fitted with this model. */
export function currentFit(labelSet: LabelSet, modelDigest: string): CurrentFit | undefined {
  const fit = fitOf(labelSet, modelDigest);
  if (!fit) return undefined;
  const labels = labelSet.labels.map((label) => holdingFit(fit, labelSet, label));
  const holding = new Set(labelSet.labels.flatMap(({ name }, i) => (labels[i] ? [name] : [])));
  return { fit, labels, stale: Object.keys(fit.labels).filter((name) => !holding.has(name)) };
}

function holdingFit(fit: LabelSetFit, labelSet: LabelSet, label: Label): LabelFit | undefined {
  const found = labelFitOf(fit, label.name);
  return found?.promptsDigest === promptsDigest(labelSet, label) ? found : undefined;
}

/** Undefined where the fit holds for no label. */
export function classifierFit(
  labelSet: LabelSet,
  { fit, labels }: CurrentFit,
  logitScale: number,
): ClassifierFit | undefined {
  if (!labels.some(Boolean)) return undefined;
  const words = labelSet.mode === 'exclusive' ? wordsLine(labels, logitScale) : ownLine(logitScale);
  const lines = labels.map((label) => label ?? words);
  return {
    version: fit.version,
    isFitted: Uint8Array.from(labels, (label) => (label ? 1 : 0)),
    slopes: Float64Array.from(lines, ({ slope }) => slope),
    offsets: Float64Array.from(lines, ({ offset }) => offset),
    curves: labels.map((label) => label?.curve && calibrationCurve(label.curve)),
    thresholds: Float64Array.from(labels, (label) => label?.threshold ?? Number.NaN),
    contrast: (labelSet.mode === 'exclusive' && noneOfTheseLine(labelSet, fit)) || words,
    unknownLogit: fit.unknownLogit ?? Number.NEGATIVE_INFINITY,
  };
}

/** Logits as a model gives them by itself. */
function ownLine(logitScale: number): LogitLine {
  return { slope: logitScale, offset: 0 };
}

/**
 * For words without a fit that share a softmax with fitted ones: fitted logits may stand for how far a picture is above
 * others, and beside them a model's own, which are some twenty higher, would take all. A line of a learned direction says
 * nothing of words.
 */
function wordsLine(labels: HoldingFits, logitScale: number): LogitLine {
  const lines = labels.filter((label) => label && label.direction === undefined) as readonly LabelFit[];
  if (lines.length === 0) return ownLine(logitScale);
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return { slope: mean(lines.map(({ slope }) => slope)), offset: mean(lines.map(({ offset }) => offset)) };
}

function noneOfTheseLine(labelSet: LabelSet, { noneOfThese }: LabelSetFit): LogitLine | undefined {
  const digest = noneOfThese?.promptsDigest;
  return digest === undefined || digest === noneOfThesePromptsDigest(labelSet) ? noneOfThese : undefined;
}

/**
 * Rows of labels with those of learned labels replaced.
 *
 * @param rows shape [labels, embedding size], row-major; left as they are
 * @throws {InvalidInput} with every direction that is none of this model
 */
export function withLearnedDirections(
  rows: Float32Array,
  { labels, names, modelDigest }: { labels: HoldingFits; names: readonly string[]; modelDigest: string },
): Float32Array {
  const size = rows.length / labels.length;
  const replaced = rows.slice();
  const faults: string[] = [];
  for (const [i, label] of labels.entries()) {
    if (label?.direction === undefined) continue;
    const found = directionOf(label.direction, size, modelDigest);
    if (typeof found === 'string') faults.push(`labels.${names[i]}.direction: ${found}`);
    else replaced.set(found, i * size);
  }
  if (faults.length > 0)
    throw new InvalidInput(`What was learned with model ${modelDigest} cannot be used`, faults);
  return replaced;
}

/** A text says what is wrong with it. */
function directionOf(base64: string, size: number, modelDigest: string): Float32Array | string {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length !== 2 * size) {
    return `Expected ${size} numbers of 2 bytes but received ${bytes.length} bytes`;
  }
  try {
    return embeddingFromBytes(bytes, modelDigest).values;
  } catch (error) {
    if (error instanceof CliptagError) return error.message;
    throw error;
  }
}
