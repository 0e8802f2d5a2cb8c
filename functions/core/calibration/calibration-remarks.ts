import type { LabelSetFit } from '../labels/label-set-fit.ts';
import type { CalibrationReport } from './calibration-report.ts';

/**
 * Normal distributions, as cosines with meaningless texts have them, need a temperature of 4 and more; the embedded model
 * has 0.8 (docs/calibration.md).
 */
const CHANCE_TEMPERATURE = 3;
/** Names that a remark shows. */
const SHOWN_NAMES = 5;

/** What people should know of a calibration besides its figures. */
export function calibrationRemarks(
  { labels, images, temperature }: CalibrationReport,
  fit: LabelSetFit,
  { precision, learned }: { readonly precision: number | undefined; readonly learned: number },
): readonly string[] {
  const level = labels.filter(({ label }) => fit.labels[label]?.slope === 0);
  const missed = labels.filter(({ threshold }) => threshold?.outcome === 'out-of-reach');
  const unsure = labels.filter(
    ({ threshold }) => threshold?.aim === 'precision' && threshold.outcome === 'estimated',
  );
  const remarks = [
    images.background === 0 &&
      'the model has no background set: labels stand out from the collection alone (cliptag models background makes one)',
    images.collection === 0 && 'no pictures of your own were looked at: calibrate again with them',
    temperature > CHANCE_TEMPERATURE &&
      'this model tells its own words apart hardly better than by chance: only labelled pictures can say which scores are right',
    learned > 0 &&
      `labels were learned from ${learned} of the labelled pictures, which therefore say nothing of these labels' scores`,
    level.length > 0 &&
      `a higher cosine makes these no likelier, so that their scores say nothing: ${named(level.map(({ label }) => label))}`,
    missed.length > 0 &&
      `no threshold reaches a precision of ${precision} for ${named(
        missed.map(({ label, threshold }) => `${label} (${percent(threshold?.precision)} at most likely)`),
      )}`,
    unsure.length > 0 &&
      `too few labelled pictures to be sure of a precision of ${precision} for ${named(unsure.map(({ label }) => label))}`,
  ];
  return remarks.filter((remark) => remark !== false);
}

function named(names: readonly string[]): string {
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  return `${names.slice(0, SHOWN_NAMES).join(', ')}${more}`;
}

function percent(share = 0): string {
  return `${Math.round(100 * share)} %`;
}
