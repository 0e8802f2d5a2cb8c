import { dirname } from 'node:path';
import {
  extendedText,
  type LearnedFiles,
  writeLearned,
} from '../../../../adapters/files/learned-label-files.ts';
import { EXIT } from '../../../../terminal/exit-code.ts';
import type { Output } from '../../../../terminal/output.ts';
import type { LearnFlags } from './learn-flags.ts';
import { aboutLine, verdictJson, verdictLines, verdictTable, writtenLines } from './learned-text.ts';
import { type LearningPlan, learningPlan } from './learning-plan.ts';
import { type Learned, learnedFrom } from './learning-run.ts';
import { httpPortOf, type LearningWorld, withLearningWorld } from './learning-world.ts';

export interface LearnInput {
  readonly flags: LearnFlags;
  readonly operands: readonly string[];
}

/** Runs `cliptag labels learn`; resolves to the exit code. */
export async function runLearning({ flags, operands }: LearnInput, output: Output): Promise<number> {
  const remark = (text: string) => output.remark(`cliptag labels learn: ${text}`);
  if (flags.html !== undefined) await (await import('../../../pages/page-file.ts')).checkWritable(flags.html);
  const plan = await learningPlan(flags, operands, remark);
  const { chosen, newLabels, labelSet, needsTable } = plan;
  try {
    // Some texts cannot be added to: told before there is much work.
    if (newLabels.length > 0) await extendedText(chosen, newLabels);
    const options = { flags, labelSet, folder: dirname(chosen.path), needsTable, remark };
    return await withLearningWorld(options, async (world) => {
      const said = await plan.said(world);
      for (const one of said.remarks) remark(one);
      const now = new Date();
      const learned = await learnedFrom(
        {
          ...{ chosen, labelSet, now, remark, said: said.examples },
          ...{ isReplaced: flags.replace === true, isForced: flags.force === true },
        },
        world,
      );
      const isWritten = flags['dry-run'] !== true && learned.labels.size > 0;
      const { modelDigest } = world.model.identity;
      const files = isWritten
        ? await writeLearned(chosen, { newLabels, labels: learned.labels, modelDigest, now })
        : undefined;
      return tell({ plan, learned, files, world, flags }, output);
    });
  } finally {
    await plan.close();
  }
}

interface Outcome {
  readonly plan: LearningPlan;
  readonly learned: Learned;
  readonly files: LearnedFiles | undefined;
  readonly world: LearningWorld;
  readonly flags: LearnFlags;
}

async function tell({ plan, learned, files, world, flags }: Outcome, output: Output): Promise<number> {
  const { chosen, labelSet, isOne, newLabels } = plan;
  const { path } = chosen;
  const about = { set: labelSet.name, path, ...world.model.identity };
  const { verdicts, labels } = learned;
  const one = isOne ? verdicts[0]?.label : undefined;
  const lines = flags.json
    ? verdicts.map((verdict) => verdictJson(verdict, { ...about, ...(files && { version: files.version }) }))
    : [
        aboutLine(about, one),
        ...(isOne ? verdicts.flatMap(verdictLines) : verdictTable(verdicts)),
        ...(files
          ? writtenLines({
              ...{ ...files, path, newLabels, labels: labels.size, stack: flags.stack },
              isUsed: await world.isUsed(path),
              httpPort: httpPortOf(flags),
            })
          : []),
      ];
  for (const line of lines) await output.line(line);
  if (flags.html !== undefined)
    await writeReport(flags.html, verdicts, aboutLine(about, one), world, dirname(path));
  if (labels.size === 0) output.remark(`cliptag labels learn: ${refusal(isOne)}`);
  return labels.size > 0 ? EXIT.done : EXIT.failed;
}

async function writeReport(
  file: string,
  verdicts: Learned['verdicts'],
  about: string,
  world: LearningWorld,
  folder: string,
): Promise<void> {
  const { learningPage } = await import('./learning-page.ts');
  const { writePage } = await import('../../../pages/page-file.ts');
  const page = await learningPage({ about, verdicts, date: new Date() }, { stored: world.pictures, folder });
  await writePage(file, page);
}

function refusal(isOne: boolean): string {
  const what = isOne ? 'what was learned is' : 'what was learned of any label is';
  return `${what} no better than the words alone: nothing was written; give other examples, or take it all the same with --force`;
}
