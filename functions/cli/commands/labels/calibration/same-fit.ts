import type { LabelSetFit } from '../../../../core/labels/label-set-fit.ts';

/** Embeddings of the same file differ from run to run by up to 2 × 10⁻⁷ a number: decoders and encoders use several threads. */
const TOLERANCE = 1e-6;

/** Whether two fits say the same, whenever they were made. */
export function isSameFit(fit: LabelSetFit, before: LabelSetFit | undefined): boolean {
  const said = ({ version: _count, fittedAt: _when, ...rest }: LabelSetFit) => rest;
  return before !== undefined && isNear(said(fit), said(before));
}

function isNear(a: unknown, b: unknown): boolean {
  if (typeof a === 'number' && typeof b === 'number') {
    return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(a), Math.abs(b));
  }
  if (!isPart(a) || !isPart(b)) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [own, others] = [definedOf(a), definedOf(b)];
  return own.size === others.size && [...own].every(([key, value]) => isNear(value, others.get(key)));
}

function isPart(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** What JSON would keep. */
function definedOf(part: object): ReadonlyMap<string, unknown> {
  return new Map(Object.entries(part).filter(([, value]) => value !== undefined));
}
