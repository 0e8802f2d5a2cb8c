import type { z } from 'zod';
import { isPlainObject } from '../document.ts';
import { excerpt } from '../errors.ts';
import type { FindPlace, WrittenPlace } from './written-place.ts';

/** The place of a part, as faults name it, e.g. `labels[3].name`. */
export function pathText(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (before, part) =>
      typeof part === 'number' ? `${before}[${part}]` : before ? `${before}.${String(part)}` : String(part),
    '',
  );
  return text || '(top level)';
}

/** Where that is in the file, behind a fault's text; nothing where no file is known. */
export function atPlace(place: WrittenPlace | undefined): string {
  return place ? ` (line ${place.line}, column ${place.column})` : '';
}

/**
 * A fault that the schema found: its place, what was expected and what arrived. What zod's message says of the type that
 * arrived is cut off: the value shows it.
 */
export function issueText({ code, message, input, path }: z.core.$ZodIssue, placeOf: FindPlace): string {
  const place = placeOf(path);
  const start = `${pathText(path)}: `;
  // Without the mapping that arrived, which may be long: the message names the key.
  if (code === 'unrecognized_keys') return `${start}${message}${atPlace(place)}`;
  const expected = message.replace(/^Invalid input: e/, 'E').replace(/, received \w+$/, '');
  const received = receivedText(input, place);
  const hint = /\b(string|text)\b/.test(expected) ? quotesHint(input, place) : '';
  return `${start}${expected}, received ${received}${atPlace(place)}${hint}`;
}

/** As it is written, for 1e3 is no 1000 to who wrote it. */
function receivedText(input: unknown, place: WrittenPlace | undefined): string {
  if (input === undefined || place?.text === '') return 'nothing';
  if (place?.text !== undefined && typeof input !== 'string') return place.text;
  // JSON has no NaN.
  return typeof input === 'number' ? String(input) : excerpt(input);
}

/** What YAML takes for a number, a truth value, nothing or a mapping may be meant as a text. */
function quotesHint(input: unknown, place: WrittenPlace | undefined): string {
  if (isPlainObject(input)) {
    const [entry, ...others] = Object.entries(input);
    const [key, value] = entry ?? [];
    if (key === undefined || others.length > 0 || typeof value === 'object') return '';
    return `; a text with a colon and a space in it is written in quotes: "${key}: ${value ?? ''}"`;
  }
  if (input === null && place === undefined) return '';
  if (place?.text === '') return '; a text that begins with # is written in quotes';
  if (input === null || typeof input === 'number' || typeof input === 'boolean')
    return `; in quotes, "${place?.text ?? String(input)}", it is a text`;
  return '';
}
