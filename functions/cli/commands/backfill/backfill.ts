import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { command } from '../../../terminal/command.ts';
import { confirmed, unansweredFaults } from '../../../terminal/confirmation.ts';
import { checkAboveZero, checkCount, checkPort } from '../../../terminal/flag-checks.ts';
import type { FlagValues } from '../../../terminal/flags.ts';
import { deployedStack, REGION_FLAG, STACK_FLAG } from '../../pipeline/deployed-stack.ts';
import { DYNAMODB_PORT_FLAG } from '../../pipeline/table-flags.ts';
import { JSON_FLAG } from '../../shared-flags.ts';
import type { BackfillRequest } from './deployed-backfill.ts';
import { locationFaults, s3Location } from './s3-location.ts';

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
    check: checkAboveZero,
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
    check: checkAboveZero,
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
  about: `Has the objects tagged that are in a bucket already: those that came before the pipeline, or all of them after a
change of the model. Objects that the pipeline's model and label sets have tagged are skipped; after a change of label
sets alone, \`cliptag retag\` does it without reading a picture.

Counts the objects first, says what tagging them costs and how long it takes, and asks. Uploads go on meanwhile, and win
over what was listed. It may be stopped at any time: run again, it does the rest.

With --stack, a workflow of the stack does the work (a Step Functions Distributed Map): this command starts it and shows
how far it is, and Ctrl-C leaves it running. The same command finds the run of the same bucket and prefix again.
--json: {"step":"plan","bucket","prefix","listed","wanted","wantedBytes","settled","leftOut","estimate":{"dollars",
"seconds",…}}, then {"step":"started","run"} (--stack only), then {"step":"done",…}.
Exit code: 0; 1 when objects could not be sent or tagged, or the answer was no; 2 when it was asked for wrongly.`,
  example: 'backfill s3://photos/ --dry-run',
  flags,
  check: ({ flags, operands }) => [
    ...locationFaults(operands),
    ...placeFaults(flags),
    ...unansweredFaults(flags),
  ],
  run: async ({ flags, operands: [location = ''] }, output) => {
    const request = requestOf(flags, location);
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

/** What is wrong with flags of two places, or of none. */
function placeFaults({ stack, region, ...flags }: Flags): readonly string[] {
  const local = LOCAL_FLAGS.filter((name) => flags[name] !== undefined).map((name) => `--${name}`);
  return [
    ...(stack !== undefined && local.length > 0
      ? [`--stack is for what is deployed, ${local.join(', ')} for the local pipeline`]
      : []),
    ...(region !== undefined && stack === undefined ? ['--region needs --stack'] : []),
  ];
}

function requestOf(flags: Flags, location: string): BackfillRequest {
  const { milliseconds } = flags;
  return {
    scope: s3Location(location),
    isDryRun: flags['dry-run'] === true,
    asJson: flags.json === true,
    guess: {
      megapixels: Number(flags['avg-megapixels'] ?? DEFAULTS.megapixels),
      tags: Number(flags.tags ?? DEFAULTS.tags),
      milliseconds: milliseconds === undefined ? undefined : Number(milliseconds),
    },
    confirm: async () => flags.yes === true || (await confirmed('Start?')),
  };
}
