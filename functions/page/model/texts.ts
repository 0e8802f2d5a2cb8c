import type { ApiImage } from '../../api/contract.ts';

/** Numbers, sizes and times as people read them. */

const COUNT = new Intl.NumberFormat('en');

export function countText(count: number, noun: string, nouns = `${noun}s`): string {
  return `${COUNT.format(count)} ${count === 1 ? noun : nouns}`;
}

export function numberText(count: number): string {
  return COUNT.format(count);
}

const UNITS = ['bytes', 'KB', 'MB', 'GB'];

export function bytesText(bytes: number): string {
  if (bytes === 1) return '1 byte';
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const size = bytes / 1000 ** power;
  return `${power === 0 || size >= 100 ? Math.round(size) : size.toFixed(1)} ${UNITS[power]}`;
}

export function fileNameOf(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1) || key;
}

/** `2024/trip/`; empty for a key without folders. */
export function folderOf(key: string): string {
  return key.slice(0, key.length - fileNameOf(key).length);
}

/** `2 October 2024`; of the camera's own clock, whatever zone the reader is in. */
const DAY = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'long',
  year: 'numeric',
  timeZone: 'UTC',
});
const MONTH = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric', timeZone: 'UTC' });

/** `2024-10-02`: by the camera's clock, or where there is none the day that it was recorded here. */
export function dateOf({ takenAt, recordedAt }: Pick<ApiImage, 'takenAt' | 'recordedAt'>): string {
  if (takenAt !== undefined && /^\d{4}-\d\d-\d\d/.test(takenAt)) return takenAt.slice(0, 10);
  const recorded = new Date(recordedAt);
  if (Number.isNaN(recorded.getTime())) return '';
  const local = new Date(recorded.getTime() - recorded.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 10);
}

export function dayTitle(date: string): string {
  return date === '' ? 'No date' : formatted(DAY, date);
}

export function monthTitle(date: string): string {
  return date === '' ? 'No date' : formatted(MONTH, date);
}

function formatted(format: Intl.DateTimeFormat, date: string): string {
  const day = new Date(`${date}T00:00:00Z`);
  return Number.isNaN(day.getTime()) ? 'No date' : format.format(day);
}

/** `2 October 2024, 14:05`. */
export function timeText(time: string): string {
  const [date = '', clock = ''] = time.split('T');
  return `${dayTitle(date)}${clock === '' ? '' : `, ${clock.slice(0, 5)}`}`;
}

export function placeText(latitude: number, longitude: number): string {
  const north = `${Math.abs(latitude).toFixed(5)}° ${latitude < 0 ? 'S' : 'N'}`;
  return `${north}, ${Math.abs(longitude).toFixed(5)}° ${longitude < 0 ? 'W' : 'E'}`;
}

/** What a picture shows, for those who do not see it. */
export function describe(image: ApiImage): string {
  const name = fileNameOf(image.key);
  if (image.status !== 'tagged') return `${name}, ${image.status}`;
  const labels = image.tags.map(({ label }) => label);
  return labels.length === 0 ? name : `${name}: ${labels.join(', ')}`;
}
