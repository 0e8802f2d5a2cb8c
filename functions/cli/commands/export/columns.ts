import type { ExportedImage } from './exported-images.ts';

export type ColumnValue = string | number | undefined;

/** A column of what is exported as a table. */
export interface ExportColumn {
  readonly name: string;
  /** `count`: a whole number of up to 2^53. `time`: ISO 8601 in UTC. */
  readonly type: 'text' | 'number' | 'count' | 'time';
  /** Whether every image has it. */
  readonly isRequired?: boolean;
  of(image: ExportedImage): ColumnValue;
}

/** What stands before an image's tags. */
export const NAME_COLUMNS: readonly ExportColumn[] = [
  { name: 'bucket', type: 'text', isRequired: true, of: ({ bucket }) => bucket },
  { name: 'key', type: 'text', isRequired: true, of: ({ key }) => key },
  { name: 'status', type: 'text', isRequired: true, of: ({ status }) => status },
];

/** What stands behind an image's tags. */
export const DETAIL_COLUMNS: readonly ExportColumn[] = [
  { name: 'queryScore', type: 'number', of: ({ score }) => score },
  { name: 'reason', type: 'text', of: ({ reason }) => reason },
  { name: 'takenAt', type: 'text', of: ({ takenAt }) => takenAt },
  { name: 'camera', type: 'text', of: ({ camera }) => camera },
  { name: 'latitude', type: 'number', of: ({ latitude }) => latitude },
  { name: 'longitude', type: 'number', of: ({ longitude }) => longitude },
  { name: 'width', type: 'count', of: ({ width }) => width },
  { name: 'height', type: 'count', of: ({ height }) => height },
  { name: 'format', type: 'text', of: ({ format }) => format },
  { name: 'sizeBytes', type: 'count', of: ({ sizeBytes }) => sizeBytes },
  { name: 'colour', type: 'text', of: ({ colour }) => colour },
  { name: 'eTag', type: 'text', of: ({ eTag }) => eTag },
  { name: 'modelDigest', type: 'text', of: ({ modelDigest }) => modelDigest },
  { name: 'recordedAt', type: 'time', isRequired: true, of: ({ recordedAt }) => recordedAt },
];
