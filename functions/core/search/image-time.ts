import type { ImageRecord } from '../records/image-record.ts';

type TimedRecord = Pick<ImageRecord, 'takenAt' | 'recordedAt'> & Partial<Pick<ImageRecord, 'eventTime'>>;

/** An offset from UTC at the end of a time. */
const OFFSET = /(?:Z|[+-]\d\d:?\d\d)$/;

/**
 * When an image was taken, by the clock of its camera, so that a photograph from a summer night is of the day that its
 * photographer remembers; milliseconds as if that clock showed UTC. Without a time of exposure it is when the object
 * came, which tagging anew does not change.
 */
export function imageTime({ takenAt, eventTime, recordedAt }: TimedRecord): number {
  const taken = takenAt === undefined ? Number.NaN : Date.parse(`${takenAt.replace(OFFSET, '')}Z`);
  if (!Number.isNaN(taken)) return taken;
  const came = Date.parse(eventTime ?? '');
  return Number.isNaN(came) ? Date.parse(recordedAt) || 0 : came;
}
