import type { BackfillPlan, BackfillScope } from '../../../core/backfill/plan.ts';
import { MEASURED_ON } from '../../../core/cost/measured-usage.ts';
import { PRICES_AS_OF, PRICES_REGION } from '../../../core/cost/prices.ts';
import { printable } from '../../../core/printable.ts';
import { countText, dollarsText } from '../../../terminal/amounts.ts';
import { columns } from '../../../terminal/columns.ts';
import type { BackfillSettings } from '../../pipeline/backfill-settings.ts';
import type { EstimatedBackfill, PictureGuess } from './estimate.ts';
import { locationText } from './s3-location.ts';

/** What the listing found, and which part of it is to be done. */
export function planLines(scope: BackfillScope, plan: BackfillPlan): string[] {
  const { listed, wanted, wantedBytes, settled, leftOut } = plan;
  const megabytes = (wantedBytes / 1e6).toLocaleString('en-US', { maximumFractionDigits: 1 });
  return [
    `${printable(locationText(scope))}: ${countText(listed)} objects`,
    ...columns([
      ['  to be tagged', countText(wanted).padStart(13), `${megabytes} MB`],
      ['  done already', countText(settled).padStart(13), 'by the same model and label sets'],
      ['  left out', countText(leftOut).padStart(13), 'by the upload filter'],
    ]),
  ];
}

/** What a deployed backfill is going to cost, how long it takes, and what is assumed. */
export function estimateLines(
  { cost, dollars, seconds, millisecondsPerImage, model }: EstimatedBackfill,
  settings: BackfillSettings,
  { megapixels, tags }: PictureGuess,
): string[] {
  const { pace, maximumConcurrency, memoryMegabytes, architecture } = settings;
  const time = `${millisecondsPerImage.toFixed(1)} ms an image at ${memoryMegabytes} MB on ${architecture}`;
  const rows = cost.map(({ part, quantity, unit, dollars: price }) => [
    `  ${part}`,
    `${quantity.toLocaleString('en-US', { maximumFractionDigits: 0 })} ${unit}`,
    dollarsText(price),
  ]);
  return [
    ...columns([...rows, ['Cost', '', dollarsText(dollars)]]),
    `Time: ${durationText(seconds)}`,
    'Assumed:',
    model === undefined
      ? `  ${time}, as --milliseconds says; ${tags} tags an image`
      : `  ${time}: ${model}, ${megapixels} megapixels, ${tags} tags; estimated from ${MEASURED_ON}`,
    `  ${maximumConcurrency} tagging functions at once; ${pace.objectsPerSecond} objects a second sent, uploads go beside them`,
    `  prices of ${PRICES_AS_OF} in ${PRICES_REGION}, no free tier; the other months' storage is what \`cliptag cost\` says`,
  ];
}

export const NOTHING_TO_DO = 'Nothing is to be done.';

/** A time in words that are no more exact than an estimate is. */
export function durationText(seconds: number): string {
  if (seconds < 90) return `about ${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 2 * 60 * 60) return `about ${Math.round(seconds / 60)} minutes`;
  return `about ${(seconds / 3_600).toFixed(1)} hours`;
}
