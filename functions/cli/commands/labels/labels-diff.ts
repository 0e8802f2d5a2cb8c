import { embeddingFromBytes } from '../../../core/labels/embedding.ts';
import type { LabelSet } from '../../../core/labels/label-set.ts';
import { printablePath } from '../../../core/printable.ts';
import { imageRecordOf } from '../../../core/records/image-record.ts';
import type { ImageScope } from '../../../core/records/table-scan.ts';
import type { ComparedImage, LabelSetComparison } from '../../../core/retag/comparison.ts';
import type { RetagTally } from '../../../core/retag/tally.ts';
import { countText } from '../../../terminal/amounts.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import { type FlagValues, receivedText } from '../../../terminal/flags.ts';
import type { Output } from '../../../terminal/output.ts';
import { withCount } from '../../../terminal/progress.ts';
import { TABLE_FLAGS, type TablePlace, tableFlagFaults, tablePlace } from '../../pipeline/table-flags.ts';
import { JSON_FLAG, MODEL_FLAG } from '../../shared-flags.ts';
import type { EmbeddingForm } from './embedded-lines.ts';

const flags = {
  on: {
    type: 'string',
    value: 'FILE',
    about:
      'JSON lines of `embed --json`, or of `show --embedding --json`. Default: the images of the local pipeline.',
    check: checkNotEmpty,
  },
  model: MODEL_FLAG,
  prefix: { type: 'string', value: 'P', about: 'Only images whose keys begin so.' },
  bucket: { type: 'string', value: 'B', about: 'Only images of this bucket.', check: checkNotEmpty },
  ...TABLE_FLAGS,
  json: JSON_FLAG,
} as const;
type Flags = FlagValues<typeof flags>;

export const labelsDiff = command({
  usage: `labels diff A B [--prefix P] [--bucket B] [--model NAME|FOLDER] [--json]
       cliptag labels diff A B --on FILE …
       cliptag labels diff A B --stack NAME [--region REGION] …`,
  about: `Says what label sets B would make of images that label sets A have tagged, from their stored embeddings; A and B are files or
folders. Nothing is written and no picture is read. Where each is a single label set, its name does not matter, so that two drafts can be
compared. What people have corrected holds over both.
--json: {"images","changed","same","foreign":{DIGEST: images},"labels":[{"set","label","added","removed","rescored"}],"examples"}
Exit code: 0; 1 when images could not be compared, or there were none; 2 when it was asked for wrongly.`,
  example: 'labels diff pets.yaml new-pets.yaml --prefix 2024/',
  operands: 'label sets and files',
  flags,
  check: ({ flags, operands }) => [
    ...(operands.length === 2 ? [] : [`expected label sets A and B but received ${receivedText(operands)}`]),
    ...tableFlagFaults(flags),
    ...onFaults(flags),
  ],
  run: async ({ flags, operands: [a = '', b = ''] }, output) => {
    const { comparison, form } = await openComparison([a, b], flags.model, output);
    const place = await withCount('Images compared', (show) => compareAll(comparison, form, flags, show));
    const tally = comparison.tally();
    if (tally.images === 0 && place) {
      const { requireBucket } = await import('../../pipeline/known-bucket.ts');
      await requireBucket(flags.bucket, place, flags);
    }
    if (tally.images === 0) output.remark('cliptag labels diff: there are no tagged images to compare on');
    const { changeLines, foreignRemedy } = await import('../retag/retag-text.ts');
    const remedy = place
      ? foreignRemedy(place, flags.bucket)
      : 'embed prints them, and show with --embedding';
    for (const line of foreignLines(tally, form.modelDigest))
      output.remark(`cliptag labels diff: ${line}. ${remedy}`);
    const lines = flags.json ? [jsonLine(tally)] : [imagesLine(tally, [a, b]), ...changeLines(tally)];
    for (const line of lines) await output.line(line);
    const isWhole = tally.images > 0 && Object.keys(tally.foreign).length === 0;
    return isWhole ? EXIT.done : EXIT.failed;
  },
});

function onFaults({ on, stack, table, 'dynamodb-port': port, bucket, prefix }: Flags): readonly string[] {
  if (on === undefined) return [];
  const others = Object.entries({ stack, table, 'dynamodb-port': port, bucket, prefix });
  return others
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `--on has its own images: expected no --${name}`);
}

/** Both are compiled with the same model. */
async function openComparison(paths: readonly string[], model: string | undefined, output: Output) {
  const { readLabelSets } = await import('../../../adapters/files/label-set-files.ts');
  const { openModel } = await import('../../../tagger/model-parts.ts');
  const { labelSetComparison } = await import('../../../core/retag/comparison.ts');
  const lots: (readonly LabelSet[])[] = [];
  for (const path of paths) lots.push(await readLabelSets([path], output.remark));
  const { identity, classifiersOf, close } = await openModel(model);
  const { modelDigest } = identity;
  try {
    const [before = [], after = []] = await Promise.all(
      lots.map((labelSets) => classifiersOf(labelSets, output.remark)),
    );
    const comparison = labelSetComparison(
      { modelDigest, classifiers: before },
      { modelDigest, classifiers: after },
    );
    const [{ labelRows, labelSet } = { labelRows: [], labelSet: { labels: [] } }] = before;
    return { comparison, form: { modelDigest, size: labelRows.length / labelSet.labels.length } };
  } finally {
    await close();
  }
}

/** Resolves to the table that was read, if it was one. */
async function compareAll(
  comparison: LabelSetComparison,
  form: EmbeddingForm,
  flags: Flags,
  show: (images: number) => void,
): Promise<TablePlace | undefined> {
  const count = (images: readonly ComparedImage[]) => {
    comparison.count(images);
    show(comparison.tally().images);
  };
  if (flags.on !== undefined) {
    const { embeddedLines } = await import('./embedded-lines.ts');
    for await (const images of embeddedLines(flags.on, form)) count(images);
    return undefined;
  }
  const place = await tablePlace(flags);
  await countTable(place, form.modelDigest, { bucket: flags.bucket, prefix: flags.prefix }, count);
  return place;
}

async function countTable(
  place: TablePlace,
  model: string,
  scope: ImageScope,
  count: (images: readonly ComparedImage[]) => void,
): Promise<void> {
  const { askTable } = await import('../../pipeline/tag-table.ts');
  const { forEachPage } = await import('../../../core/records/table-scan.ts');
  await askTable(place, (table) =>
    forEachPage(table, { ...scope, isOnlyTagged: true }, async (items) => {
      const records = items.filter(({ SK }) => SK === 'IMAGE').map(imageRecordOf);
      count(
        records
          .filter(({ status }) => status === 'tagged')
          .map(({ bucket, key, corrections, modelDigest, embedding: bytes }) => ({
            bucket,
            key,
            corrections,
            modelDigest: bytes && modelDigest,
            embedding: bytes && modelDigest === model ? embeddingFromBytes(bytes, model) : undefined,
          })),
      );
    }),
  );
}

function foreignLines({ foreign }: RetagTally, modelDigest: string): readonly string[] {
  return Object.entries(foreign).map(([digest, count]) => {
    const what = digest === '' ? 'no embedding' : `an embedding of model ${digest}`;
    return `${countText(count)} images have ${what}, and the label sets were compiled for model ${modelDigest}`;
  });
}

function jsonLine({ images, changed, noted, foreign, labels, examples }: RetagTally): string {
  return JSON.stringify({ images, changed, same: noted, foreign, labels, examples });
}

function imagesLine(
  { images, changed, noted, foreign }: RetagTally,
  [a = '', b = '']: readonly string[],
): string {
  const others = Object.values(foreign).reduce((sum, count) => sum + count, 0);
  return [
    `Images: ${countText(images)}. ${countText(changed)} have other tags by ${printablePath(b)} than by ${printablePath(a)}`,
    `${countText(noted)} the same ones`,
    ...(others > 0 ? [`${countText(others)} cannot be compared`] : []),
  ].join(', ');
}
