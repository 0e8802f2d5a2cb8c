import { s3ObjectListing } from '../../../adapters/aws/s3-listing.ts';
import { stepFunctionsWorkflow, type Workflow } from '../../../adapters/aws/step-functions.ts';
import { type BackfillPlan, type BackfillScope, planBackfill } from '../../../core/backfill/plan.ts';
import { countText } from '../../../terminal/amounts.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import type { Output } from '../../../terminal/output.ts';
import { withCount } from '../../../terminal/progress.ts';
import { type BackfillSettings, backfillSettings } from '../../pipeline/backfill-settings.ts';
import { type DeployedStack, outputOf } from '../../pipeline/deployed-stack.ts';
import { askTable } from '../../pipeline/tag-table.ts';
import { estimateLines, NOTHING_TO_DO, planLines } from './backfill-text.ts';
import { estimateDeployed, type PictureGuess } from './estimate.ts';
import { explained } from './listing-error.ts';
import { type EndedRun, knownRuns, startRun, untilEnd } from './workflow-runs.ts';

export interface BackfillRequest {
  readonly scope: BackfillScope;
  readonly guess: PictureGuess;
  readonly isDryRun: boolean;
  readonly asJson: boolean;
  /** Resolves to whether it may begin. */
  readonly confirm: () => Promise<boolean>;
}

/** Starts the workflow of a deployed stack, or finds the run that is under way, and follows it; gives the exit code. */
export async function backfillDeployed(
  stack: DeployedStack,
  request: BackfillRequest,
  output: Output,
): Promise<number> {
  const { scope, isDryRun } = request;
  const region = stack.region === undefined ? {} : { region: stack.region };
  const workflow = stepFunctionsWorkflow(outputOf(stack, 'BackfillWorkflowArn'), region);
  const settings = await backfillSettings(workflow);
  if (!settings.buckets.includes(scope.bucket)) {
    throw new UsageError([
      `the stack "${stack.name}" does not tag the objects of "${scope.bucket}", but of ${settings.buckets.join(', ')}`,
    ]);
  }
  const { underWay, count } = await knownRuns(workflow, scope);
  if (underWay && !isDryRun) {
    const since = underWay.startedAt.toISOString();
    output.remark(`cliptag backfill: a run for the same objects is under way since ${since}: following it`);
    return follow(workflow, underWay.arn, request, output);
  }
  const plan = await planDeployed(stack, settings, scope);
  await printPlan(plan, settings, request, output);
  if (isDryRun || plan.wanted === 0) return EXIT.done;
  if (!(await request.confirm())) {
    output.remark('cliptag backfill: nothing was started');
    return EXIT.failed;
  }
  return follow(workflow, await startRun(workflow, scope, count + 1), request, output, plan.listed);
}

function planDeployed(
  stack: DeployedStack,
  settings: BackfillSettings,
  scope: BackfillScope,
): Promise<BackfillPlan> {
  const { region } = stack;
  const listing = s3ObjectListing(region === undefined ? {} : { region });
  const place = { kind: 'deployed', region, tableName: outputOf(stack, 'TagTableName') } as const;
  const filter = { prefixes: settings.prefixes, suffixes: settings.suffixes };
  return withCount('Objects listed', (show) =>
    askTable(place, (table) => {
      const selection = { filter, identity: settings.tagger, table };
      return planBackfill(scope, selection, explained(listing), show);
    }),
  );
}

async function printPlan(
  plan: BackfillPlan,
  settings: BackfillSettings,
  { scope, guess, asJson }: BackfillRequest,
  output: Output,
): Promise<void> {
  const estimate = estimateDeployed(plan, settings, guess);
  const lines = asJson
    ? [JSON.stringify({ step: 'plan', ...scope, ...plan, estimate })]
    : [
        ...planLines(scope, plan),
        ...(plan.wanted > 0 ? ['', ...estimateLines(estimate, settings, guess)] : [NOTHING_TO_DO]),
      ];
  for (const line of lines) await output.line(line);
}

async function follow(
  workflow: Workflow,
  arn: string,
  { asJson }: BackfillRequest,
  output: Output,
  listed?: number,
): Promise<number> {
  if (asJson) await output.line(JSON.stringify({ step: 'started', run: arn }));
  output.remark(
    `cliptag backfill: ${arn} is under way. Ctrl-C leaves it running; the same command shows it again`,
  );
  const what = listed === undefined ? 'Objects looked at' : `Of ${countText(listed)} objects looked at`;
  const ended = await withCount(what, (show) => untilEnd(workflow, arn, show));
  const { status, error, cause, objects } = ended;
  if (asJson) await output.line(JSON.stringify({ step: 'done', run: arn, status, error, cause, objects }));
  else for (const line of endLines(ended)) await output.line(line);
  return status === 'SUCCEEDED' && objects.failed === 0 ? EXIT.done : EXIT.failed;
}

function endLines({ status, error, cause, objects }: EndedRun): string[] {
  const { succeeded, failed } = objects;
  const why = [error, cause].filter(Boolean).join(': ');
  return [
    status === 'SUCCEEDED'
      ? `${countText(succeeded)} objects were looked at; those that are to be tagged are in the queue, or tagged by now.`
      : `The run ended as ${status}${why && ` (${why})`}, after ${countText(succeeded)} objects.`,
    ...(failed > 0 ? [`${countText(failed)} objects could not be sent.`] : []),
    ...(status === 'SUCCEEDED' && failed === 0 ? [] : ['Run the same command again: it does the rest.']),
  ];
}
