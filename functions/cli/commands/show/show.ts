import type { LabelName } from '../../../core/explanation/asked-labels.ts';
import { learnedLabels } from '../../../core/explanation/learned-labels.ts';
import { embeddingFromBytes } from '../../../core/labels/embedding.ts';
import { type ImageRecord, imageRecordOf, readImageRecord } from '../../../core/records/image-record.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { BUCKET_OF_KEY_FLAG, imageNamed, imageOperandFaults } from '../../pipeline/image-operand.ts';
import { TABLE_FLAGS, tableFlagFaults, tablePlace } from '../../pipeline/table-flags.ts';
import { JSON_FLAG, LABELS_FLAG } from '../../shared-flags.ts';
import type { ShownRecord } from './show-text.ts';

const flags = {
  bucket: BUCKET_OF_KEY_FLAG,
  embedding: { type: 'boolean', about: 'Print the embedding too.' },
  labels: { ...LABELS_FLAG, about: 'Label sets that tell which of the labels were learned from examples.' },
  ...TABLE_FLAGS,
  json: JSON_FLAG,
} as const;

export const show = command({
  usage: `show KEY|s3://BUCKET/KEY [--embedding] [--labels FILE|FOLDER]… [--json]
       cliptag show KEY | s3://BUCKET/KEY --stack NAME [--region REGION] …`,
  about: `Prints the image record: all that is known of one image, and who says its labels; \`why\` tells why. Of a deleted
image it says when that was, for 30 days.
--json: the record; with --labels also "learned":[{"set","label"}].
Exit code: 0; 1 when there is no record of such an image; 2 when it was asked for wrongly.`,
  example: 'show s3://photos/chelsea.png',
  flags,
  check: ({ flags: { labels: _, ...place }, operands }) => [
    ...imageOperandFaults(operands),
    ...tableFlagFaults(place),
  ],
  run: async ({ flags, operands: [name = ''] }, output) => {
    const place = await tablePlace(flags);
    const object = imageNamed(name, flags.bucket, place);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const item = await askTable(place, (table) => table.read(readImageRecord(object)));
    if (!item) {
      const { requireBucket } = await import('../../pipeline/known-bucket.ts');
      await requireBucket(object.bucket, place, flags);
      output.fault(`cliptag show: there is no record of s3://${object.bucket}/${object.key}`);
      return EXIT.failed;
    }
    const record = imageRecordOf(item);
    const learned = flags.labels && (await learnedIn(record, flags.labels));
    const shown = { ...shownRecord(record, flags.embedding ?? false), ...(learned && { learned }) };
    if (flags.json) await output.line(JSON.stringify(shown));
    else {
      const { humanLines } = await import('./show-text.ts');
      for (const line of humanLines(shown)) await output.line(line);
    }
    return EXIT.done;
  },
});

async function learnedIn(record: ImageRecord, paths: readonly string[]): Promise<readonly LabelName[]> {
  const { readLabelSets } = await import('../../../adapters/files/label-set-files.ts');
  return learnedLabels(record, await readLabelSets(paths));
}

function shownRecord({ embedding, ...record }: ImageRecord, withEmbedding: boolean): ShownRecord {
  if (!withEmbedding || !embedding || !record.modelDigest) return record;
  return { ...record, embedding: [...embeddingFromBytes(embedding, record.modelDigest).values] };
}
