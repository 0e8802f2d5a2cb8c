import { InvalidQuery } from './invalid-query.ts';
import type { Value } from './tokens.ts';

/** From `from` up to, and without, `to`; milliseconds since 1970. */
export interface TimeRange {
  readonly from: number;
  readonly to: number;
}

const TIME = /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:[T ](\d\d)(?::(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?Z?)?)?)?$/i;

/** The beginning of a time in full, for what a shorter one leaves out. */
const FIRST = ['0000', '01', '01', '00', '00', '00', '000'];
const SEPARATORS = ['', '-', '-', 'T', ':', ':', '.'];

/**
 * What a year, month, day, hour, minute, second or millisecond covers, by the camera's clock.
 *
 * @throws {InvalidQuery}
 */
export function timeRange({ text, column }: Value): TimeRange {
  const [, ...written] = TIME.exec(text) ?? [];
  const parts = written.filter((part) => part !== undefined);
  const from = startOf(parts);
  if (parts.length === 0 || Number.isNaN(from)) {
    throw new InvalidQuery({
      column,
      expected: 'a time such as 2025, 2025-06, 2025-06-01 or 2025-06-01T12:30, by the clock of the camera',
      received: text,
    });
  }
  return { from, to: endOf(from, parts) };
}

/** A range, or an instant, as short as {@link timeRange} reads it; `undefined` where it needs two. */
export function timeText({ from, to }: TimeRange): string | undefined {
  return textsOf(from).find(({ end }) => end === to)?.text;
}

/** The shortest time that begins there. */
export function startText(from: number): string {
  return textsOf(from)[0]?.text ?? '';
}

/** The times that begin there, the shortest first. */
function textsOf(from: number): ReadonlyArray<{ readonly text: string; readonly end: number }> {
  const all = new Date(from)
    .toISOString()
    .split(/[-T:.Z]/)
    .slice(0, FIRST.length);
  return all.flatMap((_, i) => {
    const parts = all.slice(0, i + 1);
    return startOf(parts) === from ? [{ text: joined(parts), end: endOf(from, parts) }] : [];
  });
}

function joined(parts: readonly string[]): string {
  return parts.map((part, i) => `${SEPARATORS[i]}${part}`).join('');
}

/** NaN where the calendar has no such time. */
function startOf(parts: readonly string[]): number {
  const full = FIRST.map((first, i) => (i === 6 ? (parts[i] ?? first).padEnd(3, '0') : (parts[i] ?? first)));
  const iso = `${joined(full)}Z`;
  const start = Date.parse(iso);
  return !Number.isNaN(start) && new Date(start).toISOString() === iso ? start : Number.NaN;
}

const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds of a day, an hour, a minute, a second and each digit's place; years and months have none. */
const LENGTHS = [Number.NaN, Number.NaN, DAY, DAY / 24, DAY / 24 / 60, 1000];

function endOf(from: number, parts: readonly string[]): number {
  const length = LENGTHS[parts.length - 1] ?? 10 ** (3 - (parts[6] ?? '').length);
  if (!Number.isNaN(length)) return from + length;
  const end = new Date(from);
  if (parts.length === 1) end.setUTCFullYear(end.getUTCFullYear() + 1);
  else end.setUTCMonth(end.getUTCMonth() + 1);
  return end.getTime();
}
