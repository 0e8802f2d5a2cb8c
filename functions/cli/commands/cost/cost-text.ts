import { type CostEstimate, type CostLine, type TaggingVolume, writeUnits } from '../../../core/cost/cost.ts';
import { MEASURED_ON } from '../../../core/cost/measured-usage.ts';
import type { Throughput, ThroughputSettings } from '../../../core/cost/throughput.ts';
import { countText, dollarsText } from '../../../terminal/amounts.ts';
import { columns } from '../../../terminal/columns.ts';

/** What an estimate starts from. */
export interface CostAssumptions
  extends TaggingVolume,
    Pick<ThroughputSettings, 'concurrency' | 'tableWriteUnits'> {
  /** What the time per image was estimated for, unless it was given. */
  readonly model?: string;
  readonly megapixels?: number;
  /** The stack whose images CloudWatch has measured, where the time comes from there. */
  readonly measured?: { readonly stack: string; readonly images: number; readonly days: number };
  readonly pricesAsOf: string;
  readonly region: string;
}

/** The parts of the bill, their sum, and what others ask. */
export function estimateLines(
  { once, onceDollars, monthly, monthlyDollars, elsewhere }: CostEstimate,
  images: number,
): string[] {
  const rival = (name: string, price: number): string[] => [
    name,
    `${countText(images)} images`,
    dollarsText(price),
    `${(price / onceDollars).toFixed(0)} times as much`,
  ];
  return columns([
    ...once.map(row),
    ['Cliptag', `${countText(images)} images`, dollarsText(onceDollars)],
    ['', ''],
    ...monthly.map(row),
    ['Cliptag, each month', '', dollarsText(monthlyDollars)],
    ['', ''],
    rival('Amazon Rekognition labels', elsewhere.rekognition),
    rival('Google Cloud Vision labels', elsewhere.googleVision),
  ]);
}

function row({ part, quantity, unit, dollars: price }: CostLine): string[] {
  const digits = quantity < 100 ? 2 : 0;
  const shown = quantity.toLocaleString('en-US', { maximumFractionDigits: digits });
  return [`  ${part}`, `${shown} ${unit}`, dollarsText(price)];
}

/** How fast it goes, and by what no faster. */
export function throughputLines(
  { functions, table, statusIndex, carried }: Throughput,
  { images, concurrency, tableWriteUnits }: CostAssumptions,
): string[] {
  const rate = (imagesPerSecond: number) => countText(Math.floor(imagesPerSecond));
  const minutes = Math.ceil(images / carried / 60);
  return [
    `These settings carry ${rate(carried)} images a second, ${countText(images)} in ${countText(minutes)} ${minutes === 1 ? 'minute' : 'minutes'}:`,
    ...columns([
      [`  ${concurrency} functions`, rate(functions)],
      [`  table, ${countText(tableWriteUnits)} write units a second`, rate(table)],
      ['  index by status, of each bucket', rate(statusIndex)],
    ]),
  ];
}

/** What the estimate assumes. */
export function assumptionLines(assumptions: CostAssumptions): string[] {
  const { tags, architecture, memoryMegabytes, millisecondsPerImage, batchSize } = assumptions;
  const { pricesAsOf, region } = assumptions;
  const { record, index, entries, note } = writeUnits(tags);
  const time = `  ${millisecondsPerImage.toFixed(1)} ms an image at ${memoryMegabytes} MB on ${architecture}`;
  const batch = assumptions.measured
    ? `${batchSize.toFixed(1)} images a batch, as measured`
    : `${batchSize} images a batch, every batch full`;
  return [
    'Assumed:',
    ...sourceLines(time, assumptions),
    `  ${batch}; each image tagged once, nothing retried`,
    `  ${record + index + entries + note} write units an image: ${record} for its record, ${index} for the index, ${entries} for label entries, ${note} for the note that mends crashes`,
    `  prices of ${pricesAsOf} in ${region}, no free tier; all images in one month (the others' prices fall in tiers)`,
    "  not counted: storing the pictures, an idle queue's empty receives, point-in-time recovery, cold starts, queries",
  ];
}

/** Where the time comes from. */
function sourceLines(time: string, { model, megapixels, measured }: CostAssumptions): string[] {
  if (measured) {
    const images = countText(measured.images);
    return [
      `${time}: measured by CloudWatch, ${images} images of ${measured.stack} in ${measured.days} days`,
    ];
  }
  if (model === undefined) return [`${time}, as --milliseconds says`];
  return [
    `${time}: ${model}, ${megapixels} megapixels`,
    `  estimated from ${MEASURED_ON}; arm64 taken to be as fast as x86_64, waiting for S3 and`,
    '  DynamoDB not counted: give --stack as soon as one is deployed',
  ];
}
