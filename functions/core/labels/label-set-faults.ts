import type { z } from 'zod';
import { isPlainObject } from '../document.ts';
import { excerpt } from '../errors.ts';
import { nearestWords } from './near-words.ts';
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

/** Names of the fields at each level of a label set. */
export interface FieldNames {
  readonly labelSet: readonly string[];
  /** Of an entry of `labels`. */
  readonly labels: readonly string[];
  /** Of an entry of `appliesTo`. */
  readonly appliesTo: readonly string[];
}

/** What the schema finds wrong in one place: a fault, or one for each field that nobody knows. */
export function issueTexts(issue: z.core.$ZodIssue, fields: FieldNames, placeOf: FindPlace): string[] {
  if (issue.code !== 'unrecognized_keys') return [issueText(issue, placeOf)];
  return issue.keys.map((key) => {
    const place = placeOf([...issue.path, key], 'key') ?? placeOf(issue.path);
    const hint = fieldHint(key, issue.path, fields);
    return `${pathText(issue.path)}: Unrecognized key: "${key}"${atPlace(place)}${hint}`;
  });
}

/** The field that may be meant, or where the field belongs. */
function fieldHint(key: string, path: readonly PropertyKey[], fields: FieldNames): string {
  const level = levelOf(path);
  const near = nearestField(key, fields[level]);
  if (near !== undefined) return `; did you mean "${near}"?`;
  const other = (Object.keys(LEVELS) as (keyof FieldNames)[]).find((name) => fields[name].includes(key));
  return other && other !== level ? `; it is a field of ${LEVELS[other]}` : '';
}

const LEVELS = {
  labelSet: 'the label set itself',
  labels: 'a label',
  appliesTo: 'a place in appliesTo',
} as const satisfies Readonly<Record<keyof FieldNames, string>>;

function levelOf([first]: readonly PropertyKey[]): keyof FieldNames {
  return first === 'labels' || first === 'appliesTo' ? first : 'labelSet';
}

/** Of `minimum_score` or `treshold`. */
function nearestField(key: string, names: readonly string[]): string | undefined {
  return nearestWords(key.replace(/[\s_-]/g, ''), names)[0];
}

/** Whether a key is, or is a misspelling of, a field of a mapping. */
export function mayBeField(key: string, shape: object): boolean {
  return key in shape || nearestField(key, Object.keys(shape)) !== undefined;
}

/**
 * A fault that the schema found: its place, what was expected and what arrived. What zod's message says of the type that
 * arrived is cut off: the value shows it.
 */
export function issueText({ message, input, path }: z.core.$ZodIssue, placeOf: FindPlace): string {
  const place = placeOf(path) ?? surroundingPlace(path, placeOf);
  const start = `${pathText(path)}: `;
  const expected = message
    .replace(/^(?:Invalid input|Too small|Too big): e/, 'E')
    .replace(/, received \w+$/, '');
  const received = receivedText(input, place);
  const hint = /\b(string|text)\b/.test(expected) ? quotesHint(input, place) : listHint(expected, input);
  return `${start}${expected}, received ${received}${atPlace(place)}${hint}`;
}

/** Of what a part that is missing, or that has another form in the file, would be in. */
function surroundingPlace(path: readonly PropertyKey[], placeOf: FindPlace): WrittenPlace | undefined {
  for (let length = path.length - 1; length >= 0; length--) {
    const place = placeOf(path.slice(0, length));
    if (place) return { line: place.line, column: place.column };
  }
  return undefined;
}

/** Labels that stand below one another without dashes are a text or a mapping to YAML. */
function listHint(expected: string, input: unknown): string {
  const isOther = typeof input === 'string' || isPlainObject(input);
  return /\barray\b/.test(expected) && isOther ? '; each entry of a list begins with a dash and a space' : '';
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
    if (key === undefined || others.length > 0) return '';
    if (value === null) return `; a text that ends with a colon, or is in braces, is written in quotes`;
    if (typeof value === 'object') return '';
    return `; a text with a colon and a space in it is written in quotes: "${key}: ${value ?? ''}"`;
  }
  if (Array.isArray(input))
    return '; a text that is in brackets, or begins with a dash, is written in quotes';
  if (input === null && place === undefined) return '';
  if (place?.text === '') return '; a text that begins with # is written in quotes';
  if (input === null || typeof input === 'number' || typeof input === 'boolean')
    return `; in quotes, "${place?.text ?? String(input)}", it is a text`;
  return '';
}
