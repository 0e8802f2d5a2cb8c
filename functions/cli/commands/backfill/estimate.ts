import { availableParallelism } from 'node:os';
import { type BackfillEstimate, estimateBackfill } from '../../../core/backfill/estimate.ts';
import type { BackfillPlan } from '../../../core/backfill/plan.ts';
import { estimatedMilliseconds } from '../../../core/cost/cost.ts';
import { ENCODE_MILLISECONDS } from '../../../core/cost/measured-usage.ts';
import type { BackfillSettings } from '../../pipeline/backfill-settings.ts';

/** What is not known of the pictures before they are read. */
export interface PictureGuess {
  /** On average. */
  readonly megapixels: number;
  /** Per picture. */
  readonly tags: number;
  /** Time that Lambda bills per picture; estimated where it is undefined. */
  readonly milliseconds?: number | undefined;
}

export interface EstimatedBackfill extends BackfillEstimate {
  readonly millisecondsPerImage: number;
  /** The model that the time was estimated for; undefined where the time was given. */
  readonly model: string | undefined;
}

/** Stands for a deployed model that was never measured. */
const OTHER_MODEL = 'vit-b-32-256-datacomp';

export function estimateDeployed(
  plan: BackfillPlan,
  settings: BackfillSettings,
  { megapixels, tags, milliseconds }: PictureGuess,
): EstimatedBackfill {
  const { modelName, memoryMegabytes } = settings;
  const model = Object.hasOwn(ENCODE_MILLISECONDS, modelName) ? modelName : OTHER_MODEL;
  const millisecondsPerImage =
    milliseconds ?? estimatedMilliseconds(model, { megapixels, tags, memoryMegabytes });
  const estimate = estimateBackfill({
    ...settings,
    objectTags: Math.min(settings.objectTags, tags),
    plan,
    tags,
    millisecondsPerImage,
  });
  return { ...estimate, millisecondsPerImage, model: milliseconds === undefined ? model : undefined };
}

/** https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html, by which the estimate counts processors. */
const MEGABYTES_PER_PROCESSOR = 1_769;

/** Seconds on this machine, where the local pipeline has all processors. */
export function estimateLocalSeconds(plan: BackfillPlan, { megapixels, tags }: PictureGuess): number {
  const memoryMegabytes = availableParallelism() * MEGABYTES_PER_PROCESSOR;
  return (plan.wanted * estimatedMilliseconds('embedded', { megapixels, tags, memoryMegabytes })) / 1_000;
}
