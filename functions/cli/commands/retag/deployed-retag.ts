import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  stepFunctionsWorkflow,
  type Workflow,
  type WorkflowRun,
} from '../../../adapters/aws/step-functions.ts';
import { CliptagError } from '../../../core/errors.ts';
import type { ImageScope } from '../../../core/records/table-scan.ts';
import type { ScannableTable } from '../../../core/records/tag-table.ts';
import type { RetagFindings } from '../../../core/retag/findings.ts';
import { type LabelSetDigests, runFindings } from '../../../core/retag/run.ts';
import { awsError } from '../../pipeline/aws-error.ts';
import { type DeployedStack, outputOf } from '../../pipeline/deployed-stack.ts';
import type { RetagRunner } from './retag-run.ts';

/** Looking costs a few read units, and segments say how far they are every 20 seconds. */
const LOOKS_AFTER_MILLISECONDS = 2_000;

/** What a run of functions/retag answers when all segments are done. */
type RunAnswer = RetagFindings & { readonly by: LabelSetDigests };

/**
 * A workflow of the stack does the work, with the label sets that the stack was deployed with; this process starts it and
 * waits. Stopping this process leaves the run going.
 *
 * @throws {CliptagError} `no-stack` when the stack has none: an older version deployed it
 */
export function deployedRetag(stack: DeployedStack, table: ScannableTable, scope: ImageScope): RetagRunner {
  const region = stack.region === undefined ? {} : { region: stack.region };
  const workflow = stepFunctionsWorkflow(outputOf(stack, 'RetagWorkflowArn'), region);
  const images = withoutEmpty(scope);
  return {
    async plan(_withSweep, show) {
      const { by, ...findings } = await endOfRun(workflow, table, { mode: 'plan', ...images }, show);
      return { findings, ...by, remark: remarkOn(stack, by) };
    },
    async write({ modelDigest, labelSets }, show) {
      const request = { mode: 'write', ...images, by: { modelDigest, labelSets } };
      const { by: _by, ...findings } = await endOfRun(workflow, table, request, show);
      return findings;
    },
  };
}

/** The scope without what sets no limit: Step Functions shows an execution's input as it was given. */
function withoutEmpty({ bucket, prefix }: ImageScope): ImageScope {
  return { ...(bucket !== undefined && { bucket }), ...(prefix && { prefix }) };
}

function remarkOn({ name }: DeployedStack, { labelSets }: LabelSetDigests): string {
  const sets = Object.entries(labelSets).map(([set, digest]) => `${set} (${digest.slice(0, 8)})`);
  return `the label sets that count are those that ${name} was deployed with: ${sets.join(', ')}`;
}

/**
 * Starts a run and waits for its end.
 *
 * @throws {CliptagError} `run-failed` with what Step Functions says
 */
async function endOfRun(
  workflow: Workflow,
  table: ScannableTable,
  request: { readonly mode: string },
  show: (images: number) => void,
): Promise<RunAnswer> {
  const name = `retag-${request.mode}-${randomUUID()}`;
  try {
    const arn = await workflow.start(name, request);
    for (;;) {
      const { status, output, ...run } = await workflow.run(arn);
      if (status === 'SUCCEEDED') return output as RunAnswer;
      if (status !== 'RUNNING' && status !== 'PENDING_REDRIVE') throw runFailed(arn, { status, ...run });
      show((await runFindings(name, table)).findings.images);
      await sleep(LOOKS_AFTER_MILLISECONDS);
    }
  } catch (error) {
    throw awsError('the workflow that retags cannot be followed', 'workflow-fault', error);
  }
}

function runFailed(arn: string, { status, error, cause }: Omit<WorkflowRun, 'startedAt'>): CliptagError {
  const why = [error, cause].filter(Boolean).join(': ');
  return new CliptagError(
    'run-failed',
    `the run ended as ${status}${why && ` (${why})`}: retag again, it does the rest. ${arn}`,
  );
}
