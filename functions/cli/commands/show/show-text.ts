import type { LabelName } from '../../../core/explanation/asked-labels.ts';
import type { ImageRecord } from '../../../core/records/image-record.ts';
import { shownUnknown } from '../../../core/records/shown-unknown.ts';
import { columns } from '../../../terminal/columns.ts';
import { tagsText } from '../../../terminal/tags-text.ts';
import { correctionsText } from './corrections-text.ts';

/** An image record with its embedding as numbers, if that was asked for. */
export type ShownRecord = Omit<ImageRecord, 'embedding'> & {
  readonly embedding?: readonly number[];
  /** Those of its tags that were learned from examples, where that was asked for. */
  readonly learned?: readonly LabelName[];
};

/** A line for each thing that is known; what only the pipeline's bookkeeping needs is left to --json. */
export function humanLines(record: ShownRecord): string[] {
  const { width, height, format, sizeBytes } = record;
  const size = width === undefined ? [] : [`${width} x ${height} pixels`];
  const rows: [name: string, value: string | undefined][] = [
    ['image', `s3://${record.bucket}/${record.key}`],
    ['status', record.status],
    ['reason', record.reason],
    ['tags', record.status === 'tagged' ? tagsText(record.tags, shownUnknown(record)) : undefined],
    ['said by', saidByText(record)],
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
    [record.status === 'deleted' ? 'deleted' : 'uploaded', record.eventTime],
    ['recorded', record.recordedAt],
    ['known until', endText(record)],
    ['embedding', record.embedding?.map((value) => value.toFixed(5)).join(' ')],
  ];
  return columns(rows.flatMap(([name, value]) => (value ? [[name, value]] : [])));
}

/** When a record that says that its image was deleted is forgotten, too. */
function endText({ expiresAt }: ShownRecord): string | undefined {
  return expiresAt === undefined ? undefined : new Date(expiresAt * 1000).toISOString();
}

/** `a person: kitten; learned: my dog; the model: animal`; nothing where it is the model that says all, as mostly. */
function saidByText({ tags, corrections = [], learned = [] }: ShownRecord): string | undefined {
  const isAmong = (names: readonly LabelName[]) => (tag: LabelName) =>
    names.some(({ set, label }) => set === tag.set && label === tag.label);
  const [isCorrected, isLearned] = [isAmong(corrections), isAmong(learned)];
  const groups = [
    ['a person', tags.filter(isCorrected)],
    ['learned', tags.filter((tag) => !isCorrected(tag) && isLearned(tag))],
    ['the model', tags.filter((tag) => !isCorrected(tag) && !isLearned(tag))],
  ] as const;
  const told = groups.filter(([, said]) => said.length > 0);
  if (told.every(([who]) => who === 'the model')) return undefined;
  return told.map(([who, said]) => `${who}: ${said.map(({ label }) => label).join(', ')}`).join('; ');
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
