import type { RetagFindings } from '../../../core/retag/findings.ts';
import type { LabelSetDigests } from '../../../core/retag/run.ts';
import type { RetagTally } from '../../../core/retag/tally.ts';
import { confirmed } from '../../../terminal/confirmation.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import type { Output } from '../../../terminal/output.ts';
import { withCount } from '../../../terminal/progress.ts';
import { startSummary } from '../../../terminal/summary.ts';
import { foreignLines, planLines, sweepLine } from './retag-text.ts';

/** What does the work: this process, or the workflow of a deployed stack. */
export interface RetagRunner {
  /** @param show told how many images have been compared */
  plan(withSweep: boolean, show: (images: number) => void): Promise<RetagPlan>;
  /** Writes what the plan has found, by the very same label sets. */
  write(plan: RetagPlan, show: (images: number) => void): Promise<RetagFindings>;
}

/** What was found, and by which model and label sets. */
export interface RetagPlan extends LabelSetDigests {
  readonly findings: RetagFindings;
  /** A note on those label sets. */
  readonly remark?: string;
}

export interface RetagChoices {
  readonly isDryRun: boolean;
  readonly isAsked: boolean;
  readonly asJson: boolean;
  /** What is to be done about embeddings of other models, as a sentence. */
  readonly foreignRemedy: string;
  /** Called where there are no tagged images. @throws where that is a fault */
  readonly onNothing: () => Promise<void>;
}

/** Shows what would change, asks, and has it written; gives the exit code. */
export async function runRetag(runner: RetagRunner, choices: RetagChoices, output: Output): Promise<number> {
  const { isDryRun, isAsked, asJson, foreignRemedy } = choices;
  const plan = await withCount('Images compared', (show) => runner.plan(isDryRun, show));
  const { stale, awaited, ...tally } = plan.findings;
  if (tally.images === 0) await choices.onNothing();
  const print = async (step: 'plan' | 'done', value: RetagTally, lines: readonly string[]) => {
    for (const line of asJson ? [JSON.stringify({ step, ...value })] : lines) await output.line(line);
  };
  if (plan.remark) output.remark(`cliptag retag: ${plan.remark}`);
  for (const line of foreignLines(tally, plan.modelDigest, foreignRemedy)) {
    output.remark(`cliptag retag: ${line}`);
  }
  const exitCode = Object.keys(tally.foreign).length > 0 ? EXIT.failed : EXIT.done;
  if (isDryRun) {
    await print('plan', plan.findings, [...planLines(tally), sweepLine({ stale, awaited }, 'found')]);
    return exitCode;
  }
  await print('plan', tally, planLines(tally));
  if (isAsked && !(await confirmed('Write this to the table, and remove stale label entries?'))) {
    output.remark('cliptag retag: nothing was written');
    return EXIT.failed;
  }
  const summary = startSummary();
  const done = await withCount('Images retagged', (show) => runner.write(plan, show));
  await print('done', done, [
    `Written: ${done.changed} images with other tags, ${done.noted} with the same ones under other label sets; ${summary.time()}.`,
    sweepLine(done, 'removed'),
  ]);
  return exitCode;
}
