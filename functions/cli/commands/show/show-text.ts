import type { ImageRecord } from '../../../core/records/image-record.ts';
import { shownUnknown } from '../../../core/records/shown-unknown.ts';
import { columns } from '../../../terminal/columns.ts';
import { tagsText } from '../../../terminal/tags-text.ts';
import { correctionsText } from './corrections-text.ts';

/** An image record with its embedding as numbers, if that was asked for. */
export type ShownRecord = Omit<ImageRecord, 'embedding'> & { readonly embedding?: readonly number[] };

/** A line for each thing that is known; what only the pipeline's bookkeeping needs is left to --json. */
export function humanLines(record: ShownRecord): string[] {
  const { width, height, format, sizeBytes } = record;
  const size = width === undefined ? [] : [`${width} x ${height} pixels`];
  const rows: [name: string, value: string | undefined][] = [
    ['image', `s3://${record.bucket}/${record.key}`],
    ['status', record.status],
    ['reason', record.reason],
    ['tags', record.status === 'tagged' ? tagsText(record.tags, shownUnknown(record)) : undefined],
    ['corrected', correctionsText(record.corrections ?? [])],
    ['file', [...size, format, sizeBytes && `${sizeBytes} bytes`].filter(Boolean).join(', ')],
    ['taken', record.takenAt],
    ['camera', record.camera],
    ['place', placeText(record)],
    ['colour', record.colour],
    ['sharpness', record.sharpness?.toString()],
    ['difference hash', record.differenceHash],
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

/** As maps take it: degrees, north and east positive. */
function placeText({ latitude, longitude }: ShownRecord): string | undefined {
  return latitude === undefined || longitude === undefined ? undefined : `${latitude}, ${longitude}`;
}

/** What a correction has made of an image. */
export function correctedLines(record: ShownRecord): string[] {
  const { bucket, key, status, tags, corrections } = record;
  return columns([
    ['image', `s3://${bucket}/${key}`],
    ['tags', status === 'tagged' ? tagsText(tags, shownUnknown(record)) : status],
    ['corrected', corrections ? correctionsText(corrections) : 'nothing: the tags are the model’s own'],
  ]);
}
