import { embeddingFromBytes } from '../../../core/labels/embedding.ts';
import { type ImageRecord, imageRecordOf, readImageRecord } from '../../../core/records/image-record.ts';
import { columns, tagsText } from '../../../terminal/answer-text.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT, UsageError } from '../../../terminal/exit-code.ts';
import { bucketOf, TABLE_FLAGS, type TablePlace, tablePlace } from '../../pipeline/table-flags.ts';
import { LOCAL_PIPELINE } from '../../places.ts';
import { checkNotEmpty, JSON_FLAG } from '../../shared-flags.ts';

const flags = {
  bucket: {
    type: 'string',
    value: 'B',
    about: `The bucket of a KEY; the only one by default (${LOCAL_PIPELINE.bucket} in the local pipeline).`,
    check: checkNotEmpty,
  },
  embedding: { type: 'boolean', about: 'Print the embedding too.' },
  ...TABLE_FLAGS,
  json: JSON_FLAG,
} as const;

export const show = command({
  usage: `show KEY|s3://BUCKET/KEY [--embedding] [--json]
       cliptag show KEY | s3://BUCKET/KEY --stack NAME [--region REGION] …`,
  about: `Prints the image record: all that is known of one image.
Exit code: 0; 1 when there is no record of such an image; 2 when it was asked for wrongly.`,
  flags,
  run: async ({ flags, operands }, output) => {
    const place = await tablePlace(flags);
    const object = objectOf(operands, flags.bucket, place);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const item = await askTable(place, (table) => table.read(readImageRecord(object)));
    if (!item) {
      output.remark(`cliptag show: there is no record of s3://${object.bucket}/${object.key}`);
      return EXIT.failed;
    }
    const shown = shownRecord(imageRecordOf(item), flags.embedding ?? false);
    if (flags.json) await output.line(JSON.stringify(shown));
    else for (const line of humanLines(shown)) await output.line(line);
    return EXIT.done;
  },
});

function objectOf(operands: readonly string[], bucket: string | undefined, place: TablePlace) {
  const [name, ...others] = operands;
  if (!name || others.length > 0) throw new UsageError(['expected one KEY or s3://BUCKET/KEY']);
  const [, urlBucket, key] = /^s3:\/\/([^/]*)\/(.+)$/s.exec(name) ?? [];
  if (urlBucket && key) return { bucket: urlBucket, key };
  if (name.startsWith('s3://')) throw new UsageError([`expected s3://BUCKET/KEY but received "${name}"`]);
  return { bucket: bucketOf(bucket, place), key: name };
}

type ShownRecord = Omit<ImageRecord, 'embedding'> & { readonly embedding?: readonly number[] };

function shownRecord({ embedding, ...record }: ImageRecord, withEmbedding: boolean): ShownRecord {
  if (!withEmbedding || !embedding || !record.modelDigest) return record;
  return { ...record, embedding: [...embeddingFromBytes(embedding, record.modelDigest).values] };
}

/** A line for each thing that is known; what only the pipeline's bookkeeping needs is left to --json. */
function humanLines(record: ShownRecord): string[] {
  const { width, height, format, sizeBytes } = record;
  const size = width === undefined ? [] : [`${width} x ${height} pixels`];
  const rows: [name: string, value: string | undefined][] = [
    ['image', `s3://${record.bucket}/${record.key}`],
    ['status', record.status],
    ['reason', record.reason],
    ['tags', record.status === 'tagged' ? tagsText(record.tags) : undefined],
    ['file', [...size, format, sizeBytes && `${sizeBytes} bytes`].filter(Boolean).join(', ')],
    ['model', record.modelDigest],
    [
      'label sets',
      Object.entries(record.labelSets ?? {})
        .map((entry) => entry.join('@'))
        .join(', '),
    ],
    ['version', record.versionId],
    ['ETag', record.eTag],
    ['uploaded', record.eventTime],
    ['recorded', record.recordedAt],
    ['embedding', record.embedding?.map((value) => value.toFixed(5)).join(' ')],
  ];
  return columns(rows.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}
