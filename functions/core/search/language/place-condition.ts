import { InvalidQuery } from './invalid-query.ts';
import type { FilterCondition } from './query.ts';
import type { Value } from './tokens.ts';

type PlaceCondition = Extract<FilterCondition, { kind: 'near' }>;

const DEFAULT_KILOMETRES = 10;
const MAXIMUM_KILOMETRES = 20_100;
const KILOMETRES: Readonly<Record<string, number>> = { '': 1, km: 1, m: 0.001, mi: 1.609344 };
const NUMBER = String.raw`\d{1,7}(?:\.\d{0,20})?|\.\d{1,20}`;
const PLACE = new RegExp(
  String.raw`^([+-]?(?:${NUMBER}))\s*,\s*([+-]?(?:${NUMBER}))(?:\s*,\s*(${NUMBER})\s*(km|mi|m|))?$`,
  'i',
);

/**
 * `near:LATITUDE,LONGITUDE[,DISTANCE]`, in degrees with north and east above zero.
 *
 * @throws {InvalidQuery}
 */
export function placeCondition({ text, column }: Value): PlaceCondition {
  const [, north, east, distance, unit = ''] = PLACE.exec(text) ?? [];
  const latitude = Number(north ?? Number.NaN);
  const longitude = Number(east ?? Number.NaN);
  const factor = KILOMETRES[unit.toLowerCase()] ?? 1;
  const kilometres = distance === undefined ? DEFAULT_KILOMETRES : Number(distance) * factor;
  const isPlace = Math.abs(latitude) <= 90 && Math.abs(longitude) <= 180;
  if (isPlace && kilometres <= MAXIMUM_KILOMETRES) return { kind: 'near', latitude, longitude, kilometres };
  throw new InvalidQuery({
    column,
    expected: `a latitude, a longitude and a distance such as 48.1,11.6,10km, at most ${MAXIMUM_KILOMETRES} km`,
    received: text,
  });
}

export function placeText({ latitude, longitude, kilometres }: PlaceCondition): string {
  return `near:${decimal(latitude)},${decimal(longitude)},${decimal(kilometres)}km`;
}

/** Without an exponent, which tiny numbers have. */
function decimal(number: number): string {
  const text = String(number);
  return text.includes('e') ? number.toFixed(20).replace(/\.?0+$/, '') : text;
}
