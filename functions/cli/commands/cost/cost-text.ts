import { type CostEstimate, type CostLine, type TaggingVolume, writeUnits } from '../../../core/cost/cost.ts';
import { MEASURED_ON } from '../../../core/cost/measured-usage.ts';
import { limitOf, type Throughput, type ThroughputSettings } from '../../../core/cost/throughput.ts';
import { countText, dollarsText } from '../../../terminal/amounts.ts';
import { columns } from '../../../terminal/columns.ts';
import { indented } from '../../../terminal/layout.ts';

/** What a stack says of itself besides. */
interface DeployedParts {
  readonly stack: string;
  readonly packaging: 'container' | 'zip';
  readonly concurrency: number;
  /** The most messages of a batch. */
  readonly batchSize: number;
  /** Write units a second that its table takes at once. @default DynamoDB does not say: those of a new table */
  readonly tableWriteUnits?: number | undefined;
}

/** What an estimate starts from. */
export interface CostAssumptions
  extends TaggingVolume,
    Pick<ThroughputSettings, 'concurrency' | 'tableWriteUnits'> {
  readonly shards: number;
  /** What the time per image was estimated for, unless it was given. */
  readonly model?: string;
  readonly megapixels?: number;
  /** The stack whose images CloudWatch has measured, where the time comes from there. */
  readonly measured?: { readonly stack: string; readonly images: number; readonly days: number };
  /** Days for which CloudWatch knows of no image of the stack, so that the time is estimated. */
  readonly measuredNothingFor?: number;
  /** The stack whose settings these are. */
  readonly deployed?: DeployedParts;
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

/** What raises each limit. */
const MORE = {
  functions: 'the functions tag no more (maximumConcurrency, memoryMegabytes)',
  table: 'the table takes no more at once (tableWarmWriteUnits)',
  statusIndex: 'the index by status takes no more (tableShards)',
} as const;

/** How fast it goes, and by what no faster. */
export function throughputLines(
  throughput: Throughput,
  { images, concurrency, tableWriteUnits, shards }: CostAssumptions,
): string[] {
  const { functions, table, statusIndex, label, carried } = throughput;
  const ofShards = shards > 1 ? `, ${shards} shards` : '';
  const rate = (imagesPerSecond: number) => countText(Math.floor(imagesPerSecond));
  const minutes = Math.ceil(images / carried / 60);
  return [
    ...columns([
      [
        `These settings carry ${rate(carried)} images a second, ${countText(images)} in ${countText(minutes)} ${minutes === 1 ? 'minute' : 'minutes'}: ${MORE[limitOf(throughput)]}`,
      ],
    ]),
    ...columns([
      [`  ${concurrency} functions`, rate(functions)],
      [`  table, ${countText(tableWriteUnits)} write units a second`, rate(table)],
      [`  index by status, of each bucket${ofShards}`, rate(statusIndex)],
      [`  a label that every image has${ofShards}`, rate(label)],
    ]),
  ];
}

/** What the estimate assumes. */
export function assumptionLines(assumptions: CostAssumptions): string[] {
  const { tags, architecture, memoryMegabytes, millisecondsPerImage, batchSize } = assumptions;
  const { indexedDimensions } = assumptions;
  const { pricesAsOf, region } = assumptions;
  const { record, index, entries, note } = writeUnits(tags, indexedDimensions);
  const time = `${millisecondsPerImage.toFixed(1)} ms an image at ${memoryMegabytes} MB on ${architecture}`;
  const batch = assumptions.measured
    ? `${batchSize.toFixed(1)} images a batch, as measured`
    : `${batchSize} images a batch, every batch full`;
  const lines = [
    ...deployedLines(assumptions),
    ...sourceLines(time, assumptions),
    `${batch}; each image tagged once, nothing retried`,
    `${record + index + entries + note} write units an image: ${record} for its record, ${index} for the index, ${entries} for label entries, ${note} for the note that mends crashes`,
    `prices of ${pricesAsOf} in ${region}, no free tier; all images in one month (the others' prices fall in tiers)`,
    "not counted: storing the pictures, an idle queue's empty receives, point-in-time recovery, cold starts, queries",
  ];
  return ['Assumed:', ...indented(columns(lines.map((line) => [line])))];
}

function deployedLines({ deployed }: CostAssumptions): string[] {
  if (!deployed) return [];
  const { stack, packaging, concurrency, batchSize, tableWriteUnits } = deployed;
  return [
    `${stack} as it is deployed: ${concurrency} functions at once (${packaging}), batches of at most ${batchSize}`,
    tableWriteUnits === undefined
      ? 'DynamoDB does not say what its table takes at once: taken for a new one'
      : `its table takes ${countText(tableWriteUnits)} write units a second at once, says DynamoDB`,
  ];
}

/** Where the time comes from. */
function sourceLines(
  time: string,
  { model, megapixels, measured, measuredNothingFor }: CostAssumptions,
): string[] {
  if (measured) {
    const images = countText(measured.images);
    return [
      `${time}: measured by CloudWatch, ${images} images of ${measured.stack} in ${measured.days} days`,
    ];
  }
  if (model === undefined) return [`${time}, as --milliseconds says`];
  const nothing = `CloudWatch knows of no image of the last ${measuredNothingFor} days`;
  return [
    `${time}: ${model}, ${megapixels} megapixels`,
    `estimated from ${MEASURED_ON}; arm64 taken to be as fast as x86_64, waiting for S3 and DynamoDB not counted: ${measuredNothingFor === undefined ? 'give --stack as soon as one is deployed' : nothing}`,
  ];
}
