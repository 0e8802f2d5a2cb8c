import type { ImageScope } from '../../../core/records/table-scan.ts';
import type { ScannableTable } from '../../../core/records/tag-table.ts';
import { LABELS_FOLDER } from '../../../tagger/model-places.ts';
import { command } from '../../../terminal/command.ts';
import { unansweredFaults } from '../../../terminal/confirmation.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { type FlagValues, onlyFlags } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { HTTP_PORT_FLAG } from '../../pipeline/queue-flags.ts';
import { TABLE_FLAGS, type TablePlace, tableFlagFaults, tablePlace } from '../../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import { type RetagRunner, runRetag } from './retag-run.ts';

const flags = {
  labels: {
    ...LABELS_FLAG,
    about:
      "All label sets that are to hold. Default: the local pipeline's own as they are; with --table, those that come with Cliptag.",
  },
  model: MODEL_FLAG,
  prefix: { type: 'string', value: 'P', about: 'Only images whose keys begin so.' },
  bucket: { type: 'string', value: 'B', about: 'Only images of this bucket.', check: checkNotEmpty },
  'dry-run': { type: 'boolean', about: 'Only say what would change.' },
  yes: { type: 'boolean', short: 'y', about: 'Write without asking.' },
  ...TABLE_FLAGS,
  'http-port': HTTP_PORT_FLAG,
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

The local pipeline takes changed label set files by itself, and is asked for its label sets: what is retagged gets the same
as what is uploaded. --labels names others: all label sets that are to hold, for tags of label sets that are not named are
removed. What is uploaded meanwhile gets those of the pipeline.

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
    ...portFaults(flags),
    ...unansweredFaults(flags),
    ...tableFlagFaults(flags),
  ],
  run: async ({ flags }, output) => {
    const named = await tablePlace(flags);
    const scope: ImageScope = { bucket: flags.bucket, prefix: flags.prefix };
    const { place, openRunner } = await runnerFor(flags, named, output);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const { foreignRemedy } = await import('./retag-text.ts');
    const choices = {
      isDryRun: flags['dry-run'] === true,
      isAsked: flags.yes !== true,
      asJson: flags.json === true,
      foreignRemedy: foreignRemedy(place, flags.bucket),
      onNothing: async () => {
        const { requireBucket } = await import('../../pipeline/known-bucket.ts');
        await requireBucket(flags.bucket, place, flags);
      },
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

function portFaults({ stack, table, labels, 'http-port': port }: Flags): readonly string[] {
  if (port === undefined) return [];
  if (stack !== undefined || table !== undefined) {
    return ['--http-port is for the local pipeline, not for what is deployed'];
  }
  return labels === undefined
    ? []
    : ['--http-port is where the pipeline is asked for its label sets: expected no --labels'];
}

interface PlacedRunner {
  readonly place: TablePlace;
  readonly openRunner: (table: ScannableTable, scope: ImageScope) => RetagRunner;
}

/** A stack retags by itself; for the local pipeline, and for a table without a stack, this process does it. */
async function runnerFor(flags: Flags, place: TablePlace, output: Output): Promise<PlacedRunner> {
  if (place.kind === 'deployed' && place.stack) {
    const { deployedRetag } = await import('./deployed-retag.ts');
    const { stack } = place;
    return { place, openRunner: (table, scope) => deployedRetag(stack, table, scope) };
  }
  const { inProcessRetag } = await import('./in-process-retag.ts');
  if (place.kind === 'local' && flags.labels === undefined) {
    const { labelSetsOfPipeline } = await import('./pipeline-label-sets.ts');
    const asked = await labelSetsOfPipeline(flags, output);
    const openRunner: PlacedRunner['openRunner'] = (table, scope) =>
      inProcessRetag(asked.labelSets, table, scope, asked.requireSame);
    return { place: { ...place, port: asked.dynamodbPort }, openRunner };
  }
  const { readLabelSets } = await import('../../../adapters/files/label-set-files.ts');
  const { compiledLabelSets } = await import('./compiled-label-sets.ts');
  const labelSets = await compiledLabelSets(
    await readLabelSets(flags.labels ?? [LABELS_FOLDER]),
    flags.model,
    output,
  );
  return { place, openRunner: (table, scope) => inProcessRetag(labelSets, table, scope) };
}
