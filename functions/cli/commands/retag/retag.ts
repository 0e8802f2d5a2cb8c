import type { ImageScope } from '../../../core/records/table-scan.ts';
import type { ScannableTable } from '../../../core/records/tag-table.ts';
import type { LabelSetsOfModel } from '../../../core/retag/retagging.ts';
import { command } from '../../../terminal/command.ts';
import { canAsk } from '../../../terminal/confirmation.ts';
import { UsageError } from '../../../terminal/exit-code.ts';
import { type FlagValues, requireNoOperands } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { TABLE_FLAGS, type TablePlace, tablePlace } from '../../pipeline/table-flags.ts';
import { LABELS_FOLDER } from '../../places.ts';
import { checkNotEmpty, JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import { type RetagRunner, retagDialogue } from './retag-dialogue.ts';

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
there, stop and run npm start, then retag. --labels names other ones: all that are to hold, for the tags of label sets
that are not named are removed; uploads go on getting the pipeline's.

A deployed pipeline has the label sets it was deployed with: deploy, then retag. With --stack, a workflow of the stack
does the work (a Step Functions Distributed Map over the segments of the table) with those very label sets, whatever files
are here; this command starts it, and Ctrl-C leaves it running. With --table, this process does the work, from here and
with the label sets that are here.

Embeddings of other models are counted and left alone.
--json: {"step":"plan"|"done","images","changed","noted","right","foreign":{DIGEST: images},"labels":[{"set","label",
"added","removed","rescored"}],"examples","stale"?,"awaited"?}; stale and awaited are label entries. --stack also gives
"omittedLabels" when there are more labels than its answer holds (some 2,500): the least changed ones are left out.
Exit code: 0; 1 when images had to be left alone, or the answer was no; 2 when it was asked for wrongly.`,
  flags,
  run: async ({ flags, operands }, output) => {
    requireNoOperands(operands);
    checkFlags(flags);
    const place = await tablePlace(flags);
    const scope: ImageScope = { bucket: flags.bucket, prefix: flags.prefix };
    const wayOf = await wayTo(flags, place, output);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const choices = {
      isDryRun: flags['dry-run'] === true,
      isAsked: flags.yes !== true,
      asJson: flags.json === true,
    };
    return askTable(place, (table) => retagDialogue(wayOf(table, scope), choices, output));
  },
});

/** @throws {UsageError} with all that does not go together */
function checkFlags({ stack, labels, model, yes, 'dry-run': isDryRun }: Flags): void {
  const faults: string[] = [];
  if (stack !== undefined && (labels !== undefined || model !== undefined)) {
    faults.push(
      '--stack retags with the label sets that it was deployed with: expected neither --labels nor --model; deploy it with others, or name its table with --table',
    );
  }
  if (!isDryRun && !yes && !canAsk()) {
    faults.push('expected --dry-run or --yes where there is no terminal to ask at');
  }
  if (faults.length > 0) throw new UsageError(faults);
}

type WayOf = (table: ScannableTable, scope: ImageScope) => RetagRunner;

/** A stack retags by itself; for the local pipeline, and for a table without a stack, this process does it. */
async function wayTo(flags: Flags, place: TablePlace, output: Output): Promise<WayOf> {
  if (place.kind === 'deployed' && place.stack) {
    const { deployedRetag } = await import('./deployed-retag.ts');
    const { stack } = place;
    return (table, scope) => deployedRetag(stack, table, scope);
  }
  const { ownRetag } = await import('./own-retag.ts');
  const labelSets = await openLabelSets(flags, output);
  return (table, scope) => ownRetag(labelSets, table, scope);
}

async function openLabelSets(
  { labels = [LABELS_FOLDER], model }: Flags,
  output: Output,
): Promise<LabelSetsOfModel> {
  const { readLabelSets } = await import('../../../adapters/files/label-set-files.ts');
  const { openModel } = await import('../../images/model-parts.ts');
  const labelSets = await readLabelSets(labels);
  const { identity, classifiersOf } = await openModel(model);
  return {
    modelDigest: identity.modelDigest,
    classifiers: await classifiersOf(labelSets, output.remark),
  };
}
