import { currentFit } from './classifier-fit.ts';
import type { LabelSet } from './label-set.ts';
import type { LabelFit } from './label-set-fit.ts';

/** What a fit means to who lists label sets. */
export interface FitSummary {
  readonly version: number;
  /** ISO 8601. */
  readonly fittedAt: string;
  /** Labels whose direction comes from examples. */
  readonly learned: number;
  /** Labels whose scores come from what pictures score without the label, or with it. */
  readonly calibrated: number;
  /** Labels that were fitted with other prompts, or that the set no longer has: these fits are left out. */
  readonly stale: readonly string[];
}

/** Undefined where nothing was fitted with this model. */
export function fitSummary(labelSet: LabelSet, modelDigest: string): FitSummary | undefined {
  const current = currentFit(labelSet, modelDigest);
  if (!current) return undefined;
  const labels = current.labels.filter((label) => label !== undefined);
  const { version, fittedAt } = current.fit;
  return {
    version,
    fittedAt,
    learned: labels.filter(({ direction }) => direction !== undefined).length,
    calibrated: labels.filter(isCalibrated).length,
    stale: current.stale,
  };
}

/** Learning gives a line as well, which says only how logits compare with one another. */
function isCalibrated({ direction, null: distribution, curve }: LabelFit): boolean {
  return direction === undefined || distribution !== undefined || curve !== undefined;
}
