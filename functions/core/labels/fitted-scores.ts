import { probabilityAt } from './calibration-curve.ts';
import type { ClassifierFit, LogitLine } from './classifier-fit.ts';
import { largest, logSumExp } from './log-sum-exp.ts';

/** Cosines of one image with every row of a classifier, in double precision; they are used up. */
interface Cosines {
  readonly labels: Float64Array;
  readonly contrasts: Float64Array;
}

/**
 * One softmax over the logits of all labels, of "none of these" and of "unknown"; where a label has a curve, its share
 * becomes what the curve says.
 */
export function toFittedExclusive({ labels, contrasts }: Cosines, fit: ClassifierFit): void {
  toLogits(labels, fit);
  toContrastLogits(contrasts, fit.contrast);
  const best = largest(labels);
  const highest = Math.max(best, largest(contrasts), fit.unknownLogit);
  const bestLabel = labels.indexOf(best);
  // By itself: beside a share of nearly all, the rest would be lost in the rounding of the whole.
  let rest = Math.exp(fit.unknownLogit - highest);
  for (let i = 0; i < contrasts.length; i++) rest += Math.exp((contrasts[i] ?? 0) - highest);
  for (let i = 0; i < labels.length; i++) {
    labels[i] = Math.exp((labels[i] ?? 0) - highest);
    if (i !== bestLabel) rest += labels[i] ?? 0;
  }
  const total = rest + Math.exp(best - highest);
  for (let i = 0; i < labels.length; i++) {
    const share = labels[i] ?? 0;
    const curve = fit.curves[i];
    if (!curve) labels[i] = share / total;
    else labels[i] = probabilityAt(curve, Math.log(share / (i === bestLabel ? rest : total - share)));
  }
}

/**
 * Each label by itself. A fitted one by the logistic function of its logit, or by its curve; one without a fit against the
 * contrast prompts, or, with a model that judges each label by itself, with that model's bias.
 */
export function toFittedIndependent(
  { labels, contrasts }: Cosines,
  fit: ClassifierFit,
  logitBias: number | undefined,
): void {
  toLogits(labels, fit);
  toContrastLogits(contrasts, fit.contrast);
  const rival = logitBias === undefined ? logSumExp(contrasts) : -logitBias;
  for (let i = 0; i < labels.length; i++) {
    const logit = labels[i] ?? 0;
    const curve = fit.curves[i];
    if (curve) labels[i] = probabilityAt(curve, logit);
    else labels[i] = 1 / (1 + Math.exp((fit.isFitted[i] ? 0 : rival) - logit));
  }
}

function toLogits(labels: Float64Array, { slopes, offsets }: ClassifierFit): void {
  for (let i = 0; i < labels.length; i++) {
    labels[i] = (slopes[i] ?? 0) * (labels[i] ?? 0) + (offsets[i] ?? 0);
  }
}

function toContrastLogits(contrasts: Float64Array, { slope, offset }: LogitLine): void {
  for (let i = 0; i < contrasts.length; i++) contrasts[i] = slope * (contrasts[i] ?? 0) + offset;
}
