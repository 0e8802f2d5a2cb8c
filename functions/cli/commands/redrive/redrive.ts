import { columns } from '../../../terminal/answer-text.ts';
import { command } from '../../../terminal/command.ts';
import { canAsk, confirmed } from '../../../terminal/confirmation.ts';
import { withCountLine } from '../../../terminal/count-line.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import { type FlagValues, requireNoOperands } from '../../../terminal/flags.ts';
import { withInterrupt } from '../../../terminal/interruption.ts';
import type { Output } from '../../../terminal/output.ts';
import type { DeadLetter, DeadLetters, Redriven } from '../../pipeline/dead-letters.ts';
import { type DeployedStack, deployedStack, REGION_FLAG, STACK_FLAG } from '../../pipeline/deployed-stack.ts';
import { checkQueueFlags, deployedQueues, QUEUE_FLAGS } from '../../pipeline/queue-flags.ts';
import { LOCAL_PIPELINE } from '../../places.ts';
import { JSON_FLAG } from '../../shared-flags.ts';

/** Amazon SQS's own limit. */
const MAXIMUM_PER_SECOND = 500;

const flags = {
  'dry-run': { type: 'boolean', about: 'Only say what lies in the dead-letter queue.' },
  yes: { type: 'boolean', short: 'y', about: 'Redrive without asking.' },
  'max-per-second': {
    type: 'string',
    value: 'N',
    about: `Most messages a second, 1 to ${MAXIMUM_PER_SECOND}, of what is deployed. Default: as SQS thinks fit.`,
    check: (value: string) =>
      /^\d+$/.test(value) && Number(value) >= 1 && Number(value) <= MAXIMUM_PER_SECOND
        ? undefined
        : `a whole number from 1 to ${MAXIMUM_PER_SECOND}`,
  },
  stack: STACK_FLAG,
  region: REGION_FLAG,
  ...QUEUE_FLAGS,
  json: JSON_FLAG,
} as const;
type Flags = FlagValues<typeof flags>;

export const redrive = command({
  usage: `redrive [--dry-run | --yes] [--json]
       cliptag redrive --stack NAME [--region REGION] [--max-per-second N] …
       cliptag redrive --queue-url URL --dead-letter-queue-url URL [--region REGION] …`,
  about: `Moves the messages of the dead-letter queue back to the queue, so that they are worked on once more: after what made
them fail has been mended. Shows some of them first, and asks. A message that fails again comes back after its receives.
To look at messages of SQS's counts as a receive of theirs and does nothing else.

SQS moves them by itself, and this follows it. Ctrl-C cancels the move: what was moved stays in the queue, the others stay
where they are. Ctrl-C once more ends this program only. Where a move is under way already, this follows that one.
--json: {"step":"plan","deadLetters","sample":[{"messageId","receiveCount","sentAt","objects":["s3://BUCKET/KEY"],"reason"}]},
then {"step":"done","state":"completed"|"cancelled"|"failed","moved","reason"?}; reason is null where only the function's log
knows it.
Exit code: 0; 1 when the move failed, or the answer was no; 2 when it was asked for wrongly; 130 when it was cancelled.`,
  flags,
  run: async ({ flags, operands }, output) => {
    requireNoOperands(operands);
    if (!flags['dry-run'] && !flags.yes && !canAsk()) {
      throw new UsageError(['expected --dry-run or --yes where there is no terminal to ask at']);
    }
    checkQueueFlags(flags);
    const stack = flags.stack === undefined ? undefined : await deployedStack(flags.stack, flags.region);
    return redriveAll({ letters: await openDeadLetters(flags, stack), stack }, flags, output);
  },
});

/** @throws {UsageError} for flags that name no place, or half of one */
async function openDeadLetters(flags: Flags, stack: DeployedStack | undefined): Promise<DeadLetters> {
  const { region, 'max-per-second': rate } = flags;
  const { 'queue-url': givenUrl, 'dead-letter-queue-url': givenDeadLetterUrl } = flags;
  if (stack === undefined && givenUrl === undefined && givenDeadLetterUrl === undefined) {
    const given = [
      ...(region === undefined ? [] : ['--region']),
      ...(rate === undefined ? [] : ['--max-per-second']),
    ];
    if (given.length > 0) throw new UsageError([`${given.join(' and ')}: expected --stack too`]);
    const { pipelineDeadLetters } = await import('../../pipeline/local-pipeline.ts');
    return pipelineDeadLetters(Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort));
  }
  const { queueUrl, deadLetterQueueUrl } = deployedQueues(flags, { region, stack });
  if (queueUrl === undefined || deadLetterQueueUrl === undefined) {
    throw new UsageError(['expected both --queue-url and --dead-letter-queue-url, or --stack']);
  }
  const { deployedDeadLetters } = await import('./deployed-dead-letters.ts');
  const maximumPerSecond = rate === undefined ? undefined : Number(rate);
  return deployedDeadLetters({ region, queueUrl, deadLetterQueueUrl, maximumPerSecond });
}

/** Resolves to the exit code. */
async function redriveAll(
  { letters, stack }: { letters: DeadLetters; stack: DeployedStack | undefined },
  flags: Flags,
  output: Output,
): Promise<number> {
  const print = async (value: object, lines: readonly string[]) => {
    for (const line of flags.json ? [JSON.stringify(value)] : lines) await output.line(line);
  };
  const isMoving = await letters.isMoving();
  const [deadLetters, sample] = [await letters.count(), isMoving ? [] : await letters.sample()];
  await print({ step: 'plan', deadLetters, sample }, [
    ...planLines(deadLetters, sample),
    ...logHint(sample, stack),
  ]);
  if (flags['dry-run'] || (deadLetters === 0 && !isMoving)) return EXIT.done;
  if (isMoving) output.remark('cliptag redrive: a move is under way already: following it');
  else if (!flags.yes && !(await confirmed('Move all of them back to the queue?'))) {
    output.remark('cliptag redrive: nothing was moved');
    return EXIT.failed;
  }
  const cancel = () => void letters.cancel().catch((error: unknown) => output.remark(String(error)));
  const done = await withInterrupt(cancel, () =>
    withCountLine('Messages moved', (show) => letters.redrive(show)),
  );
  await print({ step: 'done', ...done }, [doneLine(done)]);
  return { completed: EXIT.done, cancelled: EXIT.stopped, failed: EXIT.failed }[done.state];
}

function planLines(deadLetters: number, sample: readonly DeadLetter[]): string[] {
  if (deadLetters === 0) return ['The dead-letter queue is empty.'];
  const isAll = sample.length === deadLetters;
  const head = `${deadLetters} ${deadLetters === 1 ? 'dead letter' : 'dead letters'}`;
  const rows = sample.map(({ messageId, objects, receiveCount, sentAt, reason }) => [
    `  ${objects.join(' ') || messageId}`,
    `received ${receiveCount} times`,
    sentAt ?? '',
    reason ?? "(the function's log says why)",
  ]);
  return [
    `${head}${isAll || sample.length === 0 ? '' : `, for instance ${sample.length}`}:`,
    ...columns(rows),
  ];
}

/** How to find out why messages failed that don't say so themselves. */
function logHint(sample: readonly DeadLetter[], stack: DeployedStack | undefined): string[] {
  const logGroup = stack?.outputs.LogGroupName;
  if (logGroup === undefined || sample.every(({ reason }) => reason !== null)) return [];
  const pattern = `'{ $.message = "message failed" }'`;
  return [`Why: aws logs filter-log-events --log-group-name ${logGroup} --filter-pattern ${pattern}`];
}

function doneLine({ state, moved, reason }: Redriven): string {
  const text = `${moved} ${moved === 1 ? 'message is' : 'messages are'} back in the queue`;
  if (state === 'completed') return `${text}.`;
  return state === 'cancelled'
    ? `Cancelled: ${text}.`
    : `Failed: ${text}: ${reason ?? 'SQS does not say why'}.`;
}
