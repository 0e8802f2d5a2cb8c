import { estimateCost } from '../../../core/cost/cost.ts';
import { ENCODE_MILLISECONDS } from '../../../core/cost/measured-usage.ts';
import { PRICES_AS_OF, PRICES_REGION } from '../../../core/cost/prices.ts';
import {
  enoughShards,
  limitOf,
  MAXIMUM_SHARDS,
  NEW_TABLE_WRITE_UNITS,
  throughput,
} from '../../../core/cost/throughput.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkCount, numberFrom, wholeFrom } from '../../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../../terminal/flags.ts';
import { REGION_FLAG, STACK_FLAG } from '../../pipeline/deployed-stack.ts';
import { MEASURED_DAYS } from '../../pipeline/measured-time.ts';
import { JSON_FLAG } from '../../shared-flags.ts';
import type { CostAssumptions } from './cost-text.ts';
import { assumedTime, DEFAULTS, isArchitecture } from './cost-time.ts';
import { deployedAssumptions } from './deployed-assumptions.ts';

const MODELS = Object.keys(ENCODE_MILLISECONDS);
const flags = {
  images: { type: 'string', value: 'N', about: 'How many images. Required.', check: checkCount },
  'avg-megapixels': {
    type: 'string',
    value: 'MP',
    about: `Their average size. Default: ${DEFAULTS.megapixels}.`,
    check: numberFrom(0.01, 1_000),
  },
  tags: {
    type: 'string',
    value: 'N',
    about: `Tags per image, 0 to 100. Default: ${DEFAULTS.tags}.`,
    check: wholeFrom(0, 100),
  },
  arch: {
    type: 'string',
    value: 'arm64|x86_64',
    about: "The function's processors. Default: arm64.",
    check: (value: string) => (isArchitecture(value) ? undefined : 'arm64 or x86_64'),
  },
  'memory-mb': {
    type: 'string',
    value: 'MB',
    about: `The function's memory, 128 to 10240. Default: ${DEFAULTS.memoryMegabytes}.`,
    check: wholeFrom(128, 10_240),
  },
  milliseconds: {
    type: 'string',
    value: 'MS',
    about:
      'Billed time per image (CloudWatch: Duration divided by images). Default: estimated from measurements.',
    check: numberFrom(0.01, 900_000),
  },
  model: {
    type: 'string',
    value: 'NAME',
    about: `For the estimate of that time: ${MODELS.join(', ')}. Default: ${DEFAULTS.model}.`,
    check: (value: string) => (MODELS.includes(value) ? undefined : MODELS.join(', ')),
  },
  stack: {
    ...STACK_FLAG,
    about: `A deployed stack: its memory, concurrency, batches, packaging and table as they are deployed, and its time per image of the last ${MEASURED_DAYS} days as CloudWatch has measured it.`,
  },
  region: REGION_FLAG,
  concurrency: {
    type: 'string',
    value: 'N',
    about: `Functions that tag at once, 2 to 1000 (cdk deploy -c maximumConcurrency=N). Default: the stack's, or ${DEFAULTS.concurrency}.`,
    check: wholeFrom(2, 1_000),
  },
  'table-units': {
    type: 'string',
    value: 'N',
    about: `Write units a second that the table takes at once (cdk deploy -c tableWarmWriteUnits=N). Default: what DynamoDB says of the stack's, or ${NEW_TABLE_WRITE_UNITS}, those of a new table.`,
    check: wholeFrom(NEW_TABLE_WRITE_UNITS, 1_000_000),
  },
  'table-shards': {
    type: 'string',
    value: 'N',
    about: `Shards of labels and of the index by status, 1 to ${MAXIMUM_SHARDS} (cdk deploy -c tableShards=N). Default: the stack's, or as many as such functions need.`,
    check: wholeFrom(1, MAXIMUM_SHARDS),
  },
  events: { type: 'boolean', about: 'With an event for each image (cdk deploy -c resultEvents=true).' },
  'object-tags': {
    type: 'boolean',
    about: `With S3 object tags, ${DEFAULTS.objectTags} an image at most (cdk deploy -c objectTags=true).`,
  },
  'vector-index': {
    type: 'boolean',
    about: `With a vector index over embeddings of ${DEFAULTS.dimensions} dimensions (cdk deploy -c vectorIndex=true).`,
  },
  json: { ...JSON_FLAG, about: 'Print one JSON object.' },
} as const;
type Flags = FlagValues<typeof flags>;

export const cost = command({
  usage: `cost --images N [--avg-megapixels MP] [--tags N] [--arch arm64|x86_64] [--memory-mb MB]
       [--milliseconds MS | --model NAME] [--events] [--object-tags]
       [--concurrency N] [--table-units N] [--table-shards N] [--vector-index] [--json]
       cliptag cost --images N --stack NAME [--region REGION] [--tags N] …`,
  about: `What tagging so many images costs on AWS, part by part, beside what Amazon Rekognition and Google Cloud Vision ask
for their labels. List prices of ${PRICES_AS_OF} (${PRICES_REGION}) without free tiers, taxes and discounts.
--json: {"assumptions":{…},"once":[{"part","quantity","unit","dollars"}],"onceDollars","monthly":[…],"monthlyDollars",
"elsewhere":{"rekognition","googleVision"},"imagesPerSecond":{"functions","table","statusIndex","label","stored","carried",
"limit"}}`,
  example: 'cost --images 1000000',
  flags,
  check: ({ flags, operands }) => [...onlyFlags(operands), ...sourceFaults(flags)],
  run: async ({ flags }, output) => {
    const assumptions = await assumptionsOf(flags);
    const estimate = estimateCost(assumptions);
    const imagesPerSecond = throughput(assumptions);
    const { assumptionLines, estimateLines, throughputLines } = await import('./cost-text.ts');
    const lines = flags.json
      ? [
          JSON.stringify({
            assumptions,
            ...estimate,
            imagesPerSecond: { ...imagesPerSecond, limit: limitOf(imagesPerSecond) },
          }),
        ]
      : [
          ...estimateLines(estimate, assumptions.images),
          '',
          ...throughputLines(imagesPerSecond, assumptions),
          '',
          ...assumptionLines(assumptions),
        ];
    for (const line of lines) await output.line(line);
    return EXIT.done;
  },
});

async function assumptionsOf(flags: Flags): Promise<CostAssumptions> {
  const tags = Number(flags.tags ?? DEFAULTS.tags);
  const { stack, region } = flags;
  const known =
    stack === undefined
      ? { ...ASSUMED, ...assumedTime(flags, tags) }
      : await deployedAssumptions(stack, region, tags);
  return {
    images: Number(flags.images),
    tags,
    ...known,
    // What flags say is tried, whatever is deployed.
    ...(flags.concurrency !== undefined && { concurrency: Number(flags.concurrency) }),
    ...(flags['table-units'] !== undefined && { tableWriteUnits: Number(flags['table-units']) }),
    shards: Number(flags['table-shards'] ?? ('shards' in known ? known.shards : shardsFor(flags, known))),
    ...(flags.events && { events: true }),
    ...(flags['object-tags'] && { objectTags: Math.min(tags, DEFAULTS.objectTags) }),
    ...(flags['vector-index'] && { indexedDimensions: DEFAULTS.dimensions }),
    pricesAsOf: PRICES_AS_OF,
    region: PRICES_REGION,
  };
}

/** Of a stack that is not deployed yet. */
const ASSUMED = {
  concurrency: DEFAULTS.concurrency,
  tableWriteUnits: NEW_TABLE_WRITE_UNITS,
  ...{ events: false, objectTags: 0, indexedDimensions: 0 },
} as const;

/** As synth gives it to a stack that says nothing of them. */
function shardsFor(
  { concurrency = String(ASSUMED.concurrency) }: Flags,
  { millisecondsPerImage }: Pick<CostAssumptions, 'millisecondsPerImage'>,
): number {
  return enoughShards((Number(concurrency) * 1_000) / millisecondsPerImage);
}

/** What is wrong without a number of images, or with two sources of the time. */
function sourceFaults({ images, stack, region, milliseconds, ...flags }: Flags): readonly string[] {
  const given = (names: readonly ('model' | 'memory-mb' | 'arch' | 'avg-megapixels')[]) =>
    names.filter((name) => flags[name] !== undefined).map((name) => `--${name}`);
  const ofStack = [
    ...(milliseconds === undefined ? [] : ['--milliseconds']),
    ...given(['model', 'memory-mb', 'arch', 'avg-megapixels']),
  ];
  return [
    ...(images === undefined ? ['expected --images: how many are to be tagged'] : []),
    ...(stack !== undefined && ofStack.length > 0
      ? [`--stack says itself what ${ofStack.join(', ')} would`]
      : []),
    ...(stack === undefined && region !== undefined ? ['--region needs --stack'] : []),
    ...(milliseconds !== undefined && flags.model !== undefined
      ? ['--model estimates what --milliseconds says: expected one of them']
      : []),
  ];
}
