import type { ImageScope } from '../../../core/records/table-scan.ts';
import type { ScannableTable } from '../../../core/records/tag-table.ts';
import type { LabelSetsOfModel } from '../../../core/retag/retagging.ts';
import { LABELS_FOLDER } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { unansweredFaults } from '../../../terminal/confirmation.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { TABLE_FLAGS, type TablePlace, tableFlagFaults, tablePlace } from '../../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import { type RetagRunner, runRetag } from './retag-run.ts';

const flags = {
  labels: {
    ...LABELS_FLAG,
    about: 'All label sets that are to hold. Default: those that come with Cliptag.',
  },
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
  usage: `retag [--dry-run | --yes] [--labels FILE|FOLDER]… [--model NAME|FOLDER] [--prefix P] [--bucket B]
       [--json]
       cliptag retag --stack NAME [--region REGION] …`,
  about: `Tags all images anew after a change of label sets, from their stored embeddings: no picture is read or encoded.
Shows first what would change, and asks; then writes only what changes. It may run beside the pipeline (the newer upload
wins), and be stopped at any time: started again, it goes on with the rest. Label entries that no image record confirms
are removed as well.

Change the pipeline's own label sets first: what it tags meanwhile, and events that come twice, get the label sets that
it was started with. Stop \`cliptag start\`, start it again with the new files (--labels FILE|FOLDER), then retag with the
same --labels. Without it, both take the label sets that come with Cliptag. --labels names all label sets that are to hold:
tags of label sets that are not named are removed.

A deployed pipeline has the label sets it was deployed with: deploy, then retag. With --stack, a workflow of the stack
does the work (a Step Functions Distributed Map over the segments of the table) with those very label sets, whatever files
are here; this command starts it, and Ctrl-C leaves it running. With --table, this process does the work, from here and
with the label sets that are here.

Embeddings of other models are counted and left alone: backfill has those pictures read again, and \`cliptag start\` does so
by itself.
--json: {"step":"plan"|"done","images","changed","noted","right","foreign":{DIGEST: images},"labels":[{"set","label",
"added","removed","rescored"}],"examples","stale"?,"awaited"?}; stale and awaited are label entries. --stack also gives
"omittedLabels" when there are more labels than its answer holds (some 2,500): the least changed ones are left out.
Exit code: 0; 1 when images had to be left alone, or the answer was no; 2 when it was asked for wrongly.`,
  example: 'retag --dry-run',
  flags,
  check: ({ flags, operands }) => [
    ...onlyFlags(operands),
    ...stackFaults(flags),
    ...unansweredFaults(flags),
    ...tableFlagFaults(flags),
  ],
  run: async ({ flags }, output) => {
    const place = await tablePlace(flags);
    const scope: ImageScope = { bucket: flags.bucket, prefix: flags.prefix };
    const openRunner = await runnerFor(flags, place, output);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const { foreignRemedy } = await import('./retag-text.ts');
    const choices = {
      isDryRun: flags['dry-run'] === true,
      isAsked: flags.yes !== true,
      asJson: flags.json === true,
      foreignRemedy: foreignRemedy(place, flags.bucket),
    };
    return askTable(place, (table) => runRetag(openRunner(table, scope), choices, output));
  },
});

function stackFaults({ stack, labels, model }: Flags): readonly string[] {
  if (stack === undefined || (labels === undefined && model === undefined)) return [];
  return [
    '--stack retags with the label sets that it was deployed with: expected neither --labels nor --model; deploy it with others, or name its table with --table',
  ];
}

type OpenRunner = (table: ScannableTable, scope: ImageScope) => RetagRunner;

/** A stack retags by itself; for the local pipeline, and for a table without a stack, this process does it. */
async function runnerFor(flags: Flags, place: TablePlace, output: Output): Promise<OpenRunner> {
  if (place.kind === 'deployed' && place.stack) {
    const { deployedRetag } = await import('./deployed-retag.ts');
    const { stack } = place;
    return (table, scope) => deployedRetag(stack, table, scope);
  }
  const { inProcessRetag } = await import('./in-process-retag.ts');
  const labelSets = await openLabelSets(flags, output);
  return (table, scope) => inProcessRetag(labelSets, table, scope);
}

async function openLabelSets(
  { labels = [LABELS_FOLDER], model }: Flags,
  output: Output,
): Promise<LabelSetsOfModel> {
  const { readLabelSets } = await import('../../../adapters/files/label-set-files.ts');
  const { openModel } = await import('../../../tagger/model-parts.ts');
  const labelSets = await readLabelSets(labels);
  const { identity, classifiersOf } = await openModel(model);
  return {
    modelDigest: identity.modelDigest,
    classifiers: await classifiersOf(labelSets, output.remark),
  };
}
