import type { ExifDirectory } from './exif-block.ts';
import { exifText } from './exif-text.ts';

/** Tags of one time (EXIF 2.32, 4.6.5): date and time, fractions of its second, offset from UTC. */
interface TimeTags {
  readonly time: number;
  readonly fraction: number;
  readonly offset: number;
}

/** When it was taken, then when it became digital: the same with a camera, but not with a scanner. */
const TIMES: readonly TimeTags[] = [
  { time: 0x9003, fraction: 0x9291, offset: 0x9011 },
  { time: 0x9004, fraction: 0x9292, offset: 0x9012 },
];
const MAXIMUM_BYTES = 32;
/** Some programs write other signs between the numbers than EXIF's colons, or spaces in place of zeros. */
const TIME = /^(\d{4})[:/.-] ?(\d\d?)[:/.-] ?(\d\d?)[ T] ?(\d\d?): ?(\d\d?): ?(\d\d?)(?!\d)/;
/** From the first photograph on: what is older is a mistake. */
const FIRST_YEAR = 1826;

/**
 * The time of exposure as the camera's clock had it, ISO 8601, with an offset from UTC where the file tells one.
 *
 * @returns undefined where there is none, as in `0000:00:00 00:00:00` or the 31st of June
 * @example exposureTime(directory) // '2024-06-01T18:20:05.120+02:00'
 */
export function exposureTime(exposure: ExifDirectory): string | undefined {
  for (const { time, fraction, offset } of TIMES) {
    const seconds = wholeSeconds(exifText(exposure, time, MAXIMUM_BYTES) ?? '');
    if (seconds === undefined) continue;
    return (
      seconds +
      milliseconds(exifText(exposure, fraction, MAXIMUM_BYTES) ?? '') +
      utcOffset(exifText(exposure, offset, MAXIMUM_BYTES) ?? '')
    );
  }
  return undefined;
}

function wholeSeconds(text: string): string | undefined {
  const found = TIME.exec(text);
  if (!found) return undefined;
  const [year, ...rest] = found.slice(1).map((part) => part.padStart(2, '0'));
  const [month, day, hours, minutes, seconds] = rest;
  const written = `${year}-${month}-${day}T${hours}:${minutes}:${seconds}`;
  const time = new Date(`${written}Z`);
  // A date that does not exist is none, or becomes another one.
  const exists = !Number.isNaN(time.getTime()) && time.toISOString().startsWith(written);
  return exists && Number(year) >= FIRST_YEAR ? written : undefined;
}

/** Digits behind the point; none where they are but zeros. */
function milliseconds(text: string): string {
  const [digits = ''] = /^\d{1,3}/.exec(text) ?? [];
  return Number(digits) === 0 ? '' : `.${digits.padEnd(3, '0')}`;
}

/** Clocks are at most 14 hours from UTC. */
function utcOffset(text: string): string {
  const [, hours] = /^[+-](\d\d):[0-5]\d$/.exec(text) ?? [];
  return hours !== undefined && Number(hours) <= 14 ? text : '';
}
