import { printable } from '../../../core/printable.ts';
import type { Correction } from '../../../core/records/corrections.ts';

/**
 * What people have said of an image's labels, as people read it.
 *
 * @example
 * +general:dog 2026-11-30 (model 0.41), -general:cat 2026-11-30, +general:animal by dog
 */
export function correctionsText(corrections: readonly Correction[]): string {
  return corrections
    .map((one) => `${one.isThere ? '+' : '-'}${one.set}:${printable(one.label)}${about(one, corrections)}`)
    .join(', ');
}

function about(correction: Correction, all: readonly Correction[]): string {
  const { correctedAt, modelScore } = correction;
  const by = implying(correction, all).map(({ label }) => printable(label));
  const how = correction.isImplied
    ? ` by ${by.join(' and ')}`
    : ` ${correctedAt.slice(0, 'YYYY-MM-DD'.length)}`;
  return `${how}${modelScore === undefined ? '' : ` (model ${modelScore.toFixed(2)})`}`;
}

function implying({ set, label }: Correction, all: readonly Correction[]): readonly Correction[] {
  return all.filter((one) => one.isThere && one.set === set && one.parents?.includes(label));
}
