import type { ExifDirectory } from './exif-block.ts';
import { exifText } from './exif-text.ts';

/** Degrees, WGS 84; north and east are positive. */
export interface ExifPlace {
  readonly latitude: number;
  readonly longitude: number;
}

/** EXIF 2.32, 4.6.6: the letter of a direction, then degrees, minutes and seconds. */
const LATITUDE = { direction: 1, value: 2, positive: 'N', negative: 'S', maximum: 90 };
const LONGITUDE = { direction: 3, value: 4, positive: 'E', negative: 'W', maximum: 180 };
/** A metre, which no receiver in a camera is sure of. */
const DECIMALS = 5;

/**
 * Where a picture was taken.
 *
 * @returns undefined where a part is missing, divides by zero or is out of range; and at 0° N 0° E, where nobody is and
 *   receivers that found nothing say they are
 */
export function exifPlace(place: ExifDirectory): ExifPlace | undefined {
  const latitude = degrees(place, LATITUDE);
  const longitude = degrees(place, LONGITUDE);
  if (latitude === undefined || longitude === undefined) return undefined;
  return latitude === 0 && longitude === 0 ? undefined : { latitude, longitude };
}

function degrees(
  place: ExifDirectory,
  { direction, value, positive, negative, maximum }: typeof LATITUDE,
): number | undefined {
  const letter = exifText(place, direction, 1)?.toUpperCase();
  if (letter !== positive && letter !== negative) return undefined;
  const parts = [0, 1, 2].map((index) => place.directory.rational(value, index));
  const [whole, minutes, seconds] = parts;
  if (whole === undefined || minutes === undefined || seconds === undefined) return undefined;
  const sum = whole + minutes / 60 + seconds / 3600;
  // By rounding, 60 seconds are written too.
  if (minutes > 60 || seconds > 60 || sum > maximum) return undefined;
  return Number((letter === negative && sum > 0 ? -sum : sum).toFixed(DECIMALS)) || 0;
}
