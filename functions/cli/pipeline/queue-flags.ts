import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { checkNotEmpty, checkPort } from '../../terminal/flag-checks.ts';
import type { Flag, FlagValues } from '../../terminal/flags.ts';
import { type DeployedStack, outputOf } from './deployed-stack.ts';

/** The port by which the local pipeline is asked what its table does not tell. */
export const HTTP_PORT_FLAG = {
  type: 'string',
  value: 'PORT',
  about: `The port of the local pipeline's page. Default: ${LOCAL_PIPELINE.httpPort}.`,
  check: checkPort,
} as const satisfies Flag;

/** The flags of every command that asks the queues. */
export const QUEUE_FLAGS = {
  'http-port': {
    type: 'string',
    value: 'PORT',
    about: `The local pipeline's page, which knows the queue. Default: ${LOCAL_PIPELINE.httpPort}.`,
    check: checkPort,
  },
  'queue-url': {
    type: 'string',
    value: 'URL',
    about: "A deployed pipeline's queue, without a stack.",
    check: checkNotEmpty,
  },
  'dead-letter-queue-url': {
    type: 'string',
    value: 'URL',
    about: "A deployed pipeline's dead-letter queue, without a stack.",
    check: checkNotEmpty,
  },
} as const satisfies Readonly<Record<string, Flag>>;

/** The queues of a deployed pipeline; undefined where no flag names them. */
export interface DeployedQueues {
  readonly region: string | undefined;
  readonly queueUrl: string | undefined;
  readonly deadLetterQueueUrl: string | undefined;
}

/** @throws {CliptagError} `no-stack` when the stack's outputs don't name them */
export function deployedQueues(
  flags: FlagValues<typeof QUEUE_FLAGS>,
  { region, stack }: { readonly region: string | undefined; readonly stack?: DeployedStack | undefined },
): DeployedQueues {
  return {
    region,
    queueUrl: stack ? outputOf(stack, 'UploadQueueUrl') : flags['queue-url'],
    deadLetterQueueUrl: stack ? outputOf(stack, 'DeadLetterQueueUrl') : flags['dead-letter-queue-url'],
  };
}

/** What is wrong with flags that name the queues of more than one place. */
export function queueFlagFaults({
  stack,
  'http-port': port,
  ...urls
}: FlagValues<typeof QUEUE_FLAGS> & { readonly stack?: string }): readonly string[] {
  const hasUrl = urls['queue-url'] !== undefined || urls['dead-letter-queue-url'] !== undefined;
  const faults: string[] = [];
  if (stack !== undefined && hasUrl) faults.push('--stack knows its queues: expected no URLs of them');
  if ((stack !== undefined || hasUrl) && port !== undefined) {
    faults.push('--http-port is for the local pipeline, not for what is deployed');
  }
  return faults;
}
