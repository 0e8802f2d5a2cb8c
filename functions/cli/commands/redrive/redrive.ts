import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { command } from '../../../terminal/command.ts';
import { confirmed, unansweredFaults } from '../../../terminal/confirmation.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { wholeFrom } from '../../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../../terminal/flags.ts';
import { withInterrupt } from '../../../terminal/interruption.ts';
import type { Output } from '../../../terminal/output.ts';
import { withCount } from '../../../terminal/progress.ts';
import type { DeadLetters } from '../../pipeline/dead-letters.ts';
import { type DeployedStack, deployedStack, REGION_FLAG, STACK_FLAG } from '../../pipeline/deployed-stack.ts';
import { deployedQueues, QUEUE_FLAGS, queueFlagFaults } from '../../pipeline/queue-flags.ts';
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
    check: wholeFrom(1, MAXIMUM_PER_SECOND),
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
  about: `Moves the messages of the dead-letter queue back to the queue, so that they are worked on once more, after what made them
fail has been mended. Shows some of them first, and asks. A message that fails again comes back after its receives.
Looking at a message in SQS counts as a receive, and changes nothing else.

SQS moves the messages by itself, and this command follows it. Ctrl-C cancels the move: what was moved stays in the queue,
the others stay where they are. Ctrl-C once more ends this program only. A move that is under way already is followed.
--json: {"step":"plan","deadLetters","sample":[{"messageId","receiveCount","sentAt","objects":["s3://BUCKET/KEY"],"reason"}]},
then {"step":"done","state":"completed"|"cancelled"|"failed","moved","reason"?}; reason is null where only the function's log
knows it.
Exit code: 0; 1 when the move failed, or the answer was no; 2 when it was asked for wrongly; 130 when it was cancelled.`,
  example: 'redrive --stack Cliptag --dry-run',
  flags,
  check: ({ flags, operands }) => [
    ...onlyFlags(operands),
    ...unansweredFaults(flags),
    ...queueFlagFaults(flags),
    ...placeFaults(flags),
  ],
  run: async ({ flags }, output) => {
    const stack = flags.stack === undefined ? undefined : await deployedStack(flags.stack, flags.region);
    return redriveAll({ letters: await openDeadLetters(flags, stack), stack }, flags, output);
  },
});

/** What is wrong with flags that name no place, or half of one. */
function placeFaults(flags: Flags): readonly string[] {
  const { stack, 'queue-url': queueUrl, 'dead-letter-queue-url': deadLetterQueueUrl } = flags;
  if (stack !== undefined) return [];
  if ((queueUrl === undefined) !== (deadLetterQueueUrl === undefined)) {
    return ['expected both --queue-url and --dead-letter-queue-url, or --stack'];
  }
  const given = (['region', 'max-per-second'] as const).filter((name) => flags[name] !== undefined);
  if (queueUrl !== undefined || given.length === 0) return [];
  return [`${given.map((name) => `--${name}`).join(' and ')}: expected --stack too`];
}

async function openDeadLetters(flags: Flags, stack: DeployedStack | undefined): Promise<DeadLetters> {
  const { region, 'max-per-second': rate } = flags;
  const { queueUrl, deadLetterQueueUrl } = deployedQueues(flags, { region, stack });
  if (queueUrl === undefined || deadLetterQueueUrl === undefined) {
    const { pipelineDeadLetters } = await import('../../pipeline/local-pipeline.ts');
    return pipelineDeadLetters(Number(flags['http-port'] ?? LOCAL_PIPELINE.httpPort));
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
  const { doneLine, logHint, planLines } = await import('./redrive-text.ts');
  const isMoving = await letters.isMoving();
  const [deadLetters, sample] = [await letters.count(), isMoving ? [] : await letters.sample()];
  await print({ step: 'plan', deadLetters, sample }, [
    ...planLines(deadLetters, sample),
    ...logHint(sample, stack?.outputs.LogGroupName),
  ]);
  if (flags['dry-run'] || (deadLetters === 0 && !isMoving)) return EXIT.done;
  if (isMoving) output.remark('cliptag redrive: a move is under way already: following it');
  else if (!flags.yes && !(await confirmed('Move all of them back to the queue?'))) {
    output.remark('cliptag redrive: nothing was moved');
    return EXIT.failed;
  }
  const cancel = () => void letters.cancel().catch((error: unknown) => output.remark(String(error)));
  const done = await withInterrupt(cancel, () =>
    withCount('Messages moved', (show) => letters.redrive(show)),
  );
  await print({ step: 'done', ...done }, [doneLine(done)]);
  return { completed: EXIT.done, cancelled: EXIT.stopped, failed: EXIT.failed }[done.state];
}
