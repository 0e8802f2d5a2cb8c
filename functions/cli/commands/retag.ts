import type { ScannableTable } from '../../core/ports.ts';
import { planRetag, type Retagger, retag as retagTable } from '../../core/retag.ts';
import type { RetagTally } from '../../core/retag-tally.ts';
import type { LabelSetsOfModel } from '../../core/retagging.ts';
import type { ImageScope } from '../../core/table-scan.ts';
import { command } from '../command.ts';
import { canAsk, confirmed } from '../confirmation.ts';
import { withCountLine } from '../count-line.ts';
import { EXIT, UsageFault } from '../exit-code.ts';
import { type FlagValues, requireNoOperands } from '../flags.ts';
import type { Output } from '../output.ts';
import { LABELS_FOLDER } from '../places.ts';
import { foreignLines, planLines, sweepLine } from '../retag-text.ts';
import { checkNotEmpty, JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../shared-flags.ts';
import { TABLE_FLAGS, tablePlace } from '../table-flags.ts';

const flags = {
  labels: { ...LABELS_FLAG, about: 'All label sets that are to hold. Default: those in models/labels/.' },
  model: MODEL_FLAG,
  prefix: { type: 'string', value: 'P', about: 'Only images whose keys begin so.' },
  bucket: { type: 'string', value: 'B', about: 'Only images of this bucket.', check: checkNotEmpty },
  'dry-run': { type: 'boolean', about: 'Only say what would change.' },
  yes: { type: 'boolean', short: 'y', about: 'Write without asking.' },
  ...TABLE_FLAGS,
  json: JSON_FLAG,
} as const;
type Flags = FlagValues<typeof flags>;

export const retag = command({
  usage: `retag [--dry-run | --yes] [--labels FILE|FOLDER]… [--prefix P] [--bucket B] [--model NAME|DIR] [--json]
       cliptag retag --stack NAME [--region REGION] …`,
  about: `Tags all images anew after a change of label sets, from their stored embeddings: no picture is read or encoded.
Shows first what would change, and asks; then writes only what changes. It may run beside the pipeline (the newer upload
wins), and be stopped at any time: started again, it goes on with the rest. Label entries that no image record confirms
are removed on the way.

Change the pipeline's own label sets first: what it tags meanwhile, and events that come twice, get the label sets that
it was started with. The local pipeline reads all files in models/labels/ when it starts, and so does retag: put yours
there, stop and run npm start, then retag. A deployed pipeline has those it was deployed with: deploy, then retag with the
same ones. --labels names other ones: all that are to hold, for the tags of label sets that are not named are removed;
uploads go on getting the pipeline's.

Embeddings of other models are counted and left alone.
--json: {"step":"plan"|"done","images","changed","noted","right","foreign":{DIGEST: images},"labels":[{"set","label",
"added","removed","rescored"}],"examples","stale"?,"awaited"?}; stale and awaited are label entries.
Exit code: 0; 1 when images had to be left alone, or the answer was no; 2 when it was asked for wrongly.`,
  flags,
  run: async ({ flags, operands }, output) => {
    requireNoOperands(operands);
    if (!flags['dry-run'] && !flags.yes && !canAsk()) {
      throw new UsageFault(['expected --dry-run or --yes where there is no terminal to ask at']);
    }
    const place = await tablePlace(flags);
    const labelSets = await openLabelSets(flags, output);
    const { askTable } = await import('../tag-table.ts');
    return askTable(place, (table) => retagWith({ flags, labelSets, table }, output));
  },
});

async function openLabelSets(
  { labels = [LABELS_FOLDER], model }: Flags,
  output: Output,
): Promise<LabelSetsOfModel> {
  const { readLabelSets } = await import('../../adapters/label-set-files.ts');
  const { openModel } = await import('../model-parts.ts');
  const labelSets = await readLabelSets(labels);
  const { identity, classifiersOf } = await openModel(model);
  return {
    modelDigest: identity.modelDigest,
    classifiers: await classifiersOf(labelSets, output.remark),
  };
}

interface Request {
  readonly flags: Flags;
  readonly labelSets: LabelSetsOfModel;
  readonly table: ScannableTable;
}

/** Resolves to the exit code. */
async function retagWith({ flags, labelSets, table }: Request, output: Output): Promise<number> {
  const scope: ImageScope = { bucket: flags.bucket, prefix: flags.prefix };
  const retagger = (onProgress: (images: number) => void): Retagger => ({
    ...labelSets,
    table,
    now: () => new Date(),
    onProgress,
  });
  const withSweep = flags['dry-run'] === true;
  const found = await withCountLine('Images compared', (show) =>
    planRetag(retagger(show), scope, { withSweep }),
  );
  const { stale, awaited, ...plan } = found;
  const print = async (step: 'plan' | 'done', tally: RetagTally, lines: readonly string[]) => {
    for (const line of flags.json ? [JSON.stringify({ step, ...tally })] : lines) await output.line(line);
  };
  for (const line of foreignLines(plan, labelSets.modelDigest)) output.remark(`cliptag retag: ${line}`);
  const exitCode = Object.keys(plan.foreign).length > 0 ? EXIT.failed : EXIT.done;
  if (flags['dry-run']) {
    await print('plan', found, [...planLines(plan), sweepLine({ stale, awaited }, 'found')]);
    return exitCode;
  }
  await print('plan', plan, planLines(plan));
  if (!flags.yes && !(await confirmed('Write this to the table, and remove stale label entries?'))) {
    output.remark('cliptag retag: nothing was written');
    return EXIT.failed;
  }
  const done = await withCountLine('Images retagged', (show) => retagTable(retagger(show), scope));
  await print('done', done, [
    `Written: ${done.changed} images with other tags, ${done.noted} with the same ones under other label sets.`,
    sweepLine(done, 'removed'),
  ]);
  return exitCode;
}
