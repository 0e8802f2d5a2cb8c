import { embeddingFromBytes } from '../../../core/labels/embedding.ts';
import { type ImageRecord, imageRecordOf, readImageRecord } from '../../../core/records/image-record.ts';
import { LOCAL_PIPELINE } from '../../../local/control-api/local-pipeline.ts';
import { command } from '../../../terminal/command.ts';
import { EXIT } from '../../../terminal/exit-code.ts';
import { checkNotEmpty } from '../../../terminal/flag-checks.ts';
import {
  bucketOf,
  TABLE_FLAGS,
  type TablePlace,
  tableFlagFaults,
  tablePlace,
} from '../../pipeline/table-flags.ts';
import { JSON_FLAG } from '../../shared-flags.ts';
import type { ShownRecord } from './show-text.ts';

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
  example: 'show s3://photos/chelsea.png',
  flags,
  check: ({ flags, operands }) => [...operandFaults(operands), ...tableFlagFaults(flags)],
  run: async ({ flags, operands: [name = ''] }, output) => {
    const place = await tablePlace(flags);
    const object = objectOf(name, flags.bucket, place);
    const { askTable } = await import('../../pipeline/tag-table.ts');
    const item = await askTable(place, (table) => table.read(readImageRecord(object)));
    if (!item) {
      output.remark(`cliptag show: there is no record of s3://${object.bucket}/${object.key}`);
      return EXIT.failed;
    }
    const shown = shownRecord(imageRecordOf(item), flags.embedding ?? false);
    if (flags.json) await output.line(JSON.stringify(shown));
    else {
      const { humanLines } = await import('./show-text.ts');
      for (const line of humanLines(shown)) await output.line(line);
    }
    return EXIT.done;
  },
});

function operandFaults([name, ...others]: readonly string[]): readonly string[] {
  if (!name || others.length > 0) return ['expected one KEY or s3://BUCKET/KEY'];
  const isBadUrl = name.startsWith('s3://') && !OBJECT_URL.test(name);
  return isBadUrl ? [`expected s3://BUCKET/KEY but received "${name}"`] : [];
}

const OBJECT_URL = /^s3:\/\/([^/]+)\/(.+)$/s;

function objectOf(name: string, flagBucket: string | undefined, place: TablePlace) {
  const [, bucket, key] = OBJECT_URL.exec(name) ?? [];
  if (bucket !== undefined && key !== undefined) return { bucket, key };
  return { bucket: bucketOf(flagBucket, place), key: name };
}

function shownRecord({ embedding, ...record }: ImageRecord, withEmbedding: boolean): ShownRecord {
  if (!withEmbedding || !embedding || !record.modelDigest) return record;
  return { ...record, embedding: [...embeddingFromBytes(embedding, record.modelDigest).values] };
}
