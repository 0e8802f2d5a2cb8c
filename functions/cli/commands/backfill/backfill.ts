import { command } from '../../../terminal/command.ts';
import { canAsk, confirmed } from '../../../terminal/confirmation.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import type { FlagValues } from '../../../terminal/flags.ts';
import { deployedStack, REGION_FLAG, STACK_FLAG } from '../../pipeline/deployed-stack.ts';
import { DYNAMODB_PORT_FLAG } from '../../pipeline/table-flags.ts';
import { LOCAL_PIPELINE } from '../../places.ts';
import { checkCount, checkPort, JSON_FLAG } from '../../shared-flags.ts';
import type { BackfillRequest } from './deployed-backfill.ts';
import { s3Location } from './s3-location.ts';

const DEFAULTS = { megapixels: 4, tags: 5 } as const;

const flags = {
  'dry-run': { type: 'boolean', about: 'Only say what would be done, and what it would cost.' },
  yes: { type: 'boolean', short: 'y', about: 'Start without asking.' },
  stack: STACK_FLAG,
  region: REGION_FLAG,
  'avg-megapixels': {
    type: 'string',
    value: 'MP',
    about: `The pictures' average size, for the estimate. Default: ${DEFAULTS.megapixels}.`,
    check: checkSize,
  },
  tags: {
    type: 'string',
    value: 'N',
    about: `Tags per picture, for the estimate. Default: ${DEFAULTS.tags}.`,
    check: checkCount,
  },
  milliseconds: {
    type: 'string',
    value: 'MS',
    about: 'Billed time per picture (CloudWatch: Duration divided by images). Default: estimated.',
    check: checkSize,
  },
  's3-port': {
    type: 'string',
    value: 'PORT',
    about: `The local pipeline's S3 port. Default: ${LOCAL_PIPELINE.s3Port}.`,
    check: checkPort,
  },
  'dynamodb-port': DYNAMODB_PORT_FLAG,
  'http-port': {
    type: 'string',
    value: 'PORT',
    about: `The local pipeline's page, which takes messages for its queue. Default: ${LOCAL_PIPELINE.httpPort}.`,
    check: checkPort,
  },
  json: JSON_FLAG,
} as const;
type Flags = FlagValues<typeof flags>;

const LOCAL_FLAGS = ['s3-port', 'dynamodb-port', 'http-port'] as const;

export const backfill = command({
  usage: `backfill s3://BUCKET/PREFIX [--dry-run | --yes] [--json]
       cliptag backfill s3://BUCKET/PREFIX --stack NAME [--region REGION] …`,
  about: `Has the objects tagged that are in a bucket already: those that came before the pipeline, and all of them after a
change of the model. What the pipeline's model and label sets have tagged is skipped; after a change of label sets alone,
\`cliptag retag\` does it without reading a picture.

Counts the objects first, with what tagging them costs and how long it takes, and asks. Uploads go on meanwhile, and win
over what was listed. It may be stopped at any time: run again, it does the rest.

With --stack, a workflow of the stack does the work (a Step Functions Distributed Map): this command starts it and shows
how far it is, and Ctrl-C leaves it running. The same command finds the run of the same bucket and prefix again.
--json: {"step":"plan","bucket","prefix","listed","wanted","wantedBytes","settled","leftOut","estimate":{"dollars",
"seconds",…}}, then {"step":"started","run"} (--stack only), then {"step":"done",…}.
Exit code: 0; 1 when objects could not be sent or tagged, or the answer was no; 2 when it was asked for wrongly.`,
  flags,
  run: async ({ flags, operands }, output) => {
    const request = requestOf(flags, operands);
    if (flags.stack !== undefined) {
      const { backfillDeployed } = await import('./deployed-backfill.ts');
      return backfillDeployed(await deployedStack(flags.stack, flags.region), request, output);
    }
    const { backfillLocal } = await import('./local-backfill.ts');
    const ports = {
      s3: Number(flags['s3-port'] ?? LOCAL_PIPELINE.s3Port),
      dynamodb: Number(flags['dynamodb-port'] ?? LOCAL_PIPELINE.dynamodbPort),
      http: Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort),
    };
    return backfillLocal(ports, request, output);
  },
});

/** @throws {UsageError} with all that does not go together */
function requestOf(flags: Flags, operands: readonly string[]): BackfillRequest {
  const scope = s3Location(operands);
  const { stack, region, yes, 'dry-run': isDryRun = false, milliseconds } = flags;
  const local = LOCAL_FLAGS.filter((name) => flags[name] !== undefined).map((name) => `--${name}`);
  const faults = [
    ...(stack !== undefined && local.length > 0
      ? [`--stack is for what is deployed, ${local.join(', ')} for the local pipeline`]
      : []),
    ...(region !== undefined && stack === undefined ? ['--region needs --stack'] : []),
    ...(!isDryRun && !yes && !canAsk()
      ? ['expected --dry-run or --yes where there is no terminal to ask at']
      : []),
  ];
  if (faults.length > 0) throw new UsageError(faults);
  return {
    scope,
    isDryRun,
    asJson: flags.json === true,
    guess: {
      megapixels: Number(flags['avg-megapixels'] ?? DEFAULTS.megapixels),
      tags: Number(flags.tags ?? DEFAULTS.tags),
      milliseconds: milliseconds === undefined ? undefined : Number(milliseconds),
    },
    confirm: async () => yes === true || (await confirmed('Start?')),
  };
}

function checkSize(value: string): string | undefined {
  return /^(\d+\.?\d*|\.\d+)$/.test(value) && Number(value) > 0 ? undefined : 'a number above 0';
}
