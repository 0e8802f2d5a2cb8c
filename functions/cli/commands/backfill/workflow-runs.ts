import { setTimeout as sleep } from 'node:timers/promises';
import type { MapProgress, Workflow, WorkflowRun } from '../../../adapters/aws/step-functions.ts';
import type { BackfillScope } from '../../../core/backfill/plan.ts';
import { digestOf } from '../../../core/digest.ts';
import { awsError } from '../../pipeline/aws-error.ts';

/** How a run of the workflow has ended, with the number of objects whose batches have. */
export interface EndedRun extends WorkflowRun {
  readonly objects: MapProgress;
}

/** The name of a run. Step Functions forgets names after 90 days; until then no two runs have the same. */
function nameOf(scope: BackfillScope, number: number): string {
  return `${baseNameOf(scope)}${number}`;
}

function baseNameOf({ bucket, prefix }: BackfillScope): string {
  return `backfill-${digestOf({ bucket, prefix })}-`;
}

/** The run of this bucket and prefix that is under way, and how many there have been. */
export async function knownRuns(
  workflow: Workflow,
  scope: BackfillScope,
): Promise<{ underWay: WorkflowRun | undefined; count: number }> {
  const runs: WorkflowRun[] = [];
  try {
    for await (const run of workflow.runs()) if (run.name.startsWith(baseNameOf(scope))) runs.push(run);
  } catch (error) {
    throw awsError('the runs of the backfill cannot be listed', 'workflow-fault', error);
  }
  return { underWay: runs.find(({ status }) => status === 'RUNNING'), count: runs.length };
}

/** Starts a run. Two that start it at the same moment get the same one, by its name. */
export async function startRun(
  workflow: Workflow,
  { bucket, prefix }: BackfillScope,
  number: number,
): Promise<string> {
  try {
    return await workflow.start(nameOf({ bucket, prefix }, number), { bucket, prefix });
  } catch (error) {
    throw awsError('the backfill cannot be started', 'workflow-fault', error);
  }
}

const POLL_MILLISECONDS = 2_000;
const NOTHING: MapProgress = { succeeded: 0, failed: 0, waiting: 0 };

/** Waits for the end of a run, and tells how many objects have been looked at so far. */
export async function untilEnd(
  workflow: Workflow,
  arn: string,
  onProgress: (objects: number) => void,
): Promise<EndedRun> {
  try {
    for (;;) {
      const run = await workflow.run(arn);
      const objects = (await workflow.mapProgress(arn)) ?? NOTHING;
      onProgress(objects.succeeded + objects.failed);
      if (run.status !== 'RUNNING') return { ...run, objects };
      await sleep(POLL_MILLISECONDS);
    }
  } catch (error) {
    throw awsError('the backfill goes on, but cannot be followed', 'workflow-fault', error);
  }
}
