import { IMAGE_STATUSES, type ImageStatus } from '../../records/image-record.ts';
import type { CollectedRecord } from '../image-collection.ts';
import { imageTime } from '../image-time.ts';
import { type RecordState, SEQUENCER_NUMBERS } from './record-order.ts';
import type { RowColumns } from './row-columns.ts';

/** Writes what a record says of its image, labels and embedding apart. */
export function writeFacts(columns: RowColumns, row: number, record: CollectedRecord): void {
  columns.status[row] = 1 + IMAGE_STATUSES.indexOf(record.status);
  columns.time[row] = imageTime(record);
  columns.pixels[row] = (record.width ?? Number.NaN) * (record.height ?? Number.NaN);
  columns.bytes[row] = record.sizeBytes ?? Number.NaN;
  columns.latitude[row] = record.latitude ?? Number.NaN;
  columns.longitude[row] = record.longitude ?? Number.NaN;
  const hash = hashOf(record.differenceHash);
  columns.hasHash[row] = hash ? 1 : 0;
  columns.hash.set(hash ?? [0, 0], 2 * row);
}

export function statusOf({ status }: RowColumns, row: number): ImageStatus {
  return IMAGE_STATUSES[(status[row] ?? 0) - 1] ?? 'deleted';
}

export function writeState(columns: RowColumns, row: number, { sequencer, revision }: RecordState): void {
  columns.sequencer.set(sequencer, SEQUENCER_NUMBERS * row);
  columns.revision[row] = revision;
}

export function stateOf({ sequencer, revision }: RowColumns, row: number): RecordState {
  const begin = SEQUENCER_NUMBERS * row;
  return { sequencer: sequencer.slice(begin, begin + SEQUENCER_NUMBERS), revision: revision[row] ?? 0 };
}

/** Sixteen hexadecimal digits as two numbers of 32 bits. */
function hashOf(digits: string | undefined): readonly [number, number] | undefined {
  if (digits === undefined || !/^[0-9a-f]{16}$/i.test(digits)) return undefined;
  return [Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8), 16)];
}
