import { nearestWords } from '../../labels/near-words.ts';
import { IMAGE_STATUSES, type ImageStatus } from '../../records/image-record.ts';
import { InvalidQuery } from './invalid-query.ts';
import { placeCondition } from './place-condition.ts';
import type { LabelCondition, Query } from './query.ts';
import { timeRange } from './time-range.ts';
import type { Field, Value } from './tokens.ts';
import type { Vocabulary } from './vocabulary.ts';
import { textOf } from './word-run.ts';

/** Deleted images are not there to be found. */
export const FOUND_STATUSES = IMAGE_STATUSES.filter((status) => status !== 'deleted');

/**
 * What `FIELD:VALUE` asks for.
 *
 * @throws {InvalidQuery}
 */
export function fieldCondition(field: Field, value: Value, vocabulary: Vocabulary): Query {
  switch (field) {
    case 'label':
      return labelCondition(value, vocabulary);
    case 'text':
      return textOf([value]);
    case 'similar':
      return similarCondition(value);
    case 'bucket':
      return { kind: 'bucket', bucket: value.text };
    case 'prefix':
      return { kind: 'prefix', prefix: value.text };
    case 'status':
      return { kind: 'status', status: statusOf(value) };
    case 'camera':
      return { kind: 'camera', camera: value.text };
    case 'after':
      return { kind: 'time', from: timeRange(value).from };
    case 'before':
      return { kind: 'time', to: timeRange(value).from };
    case 'on':
      return { kind: 'time', ...timeRange(value) };
    case 'near':
      return placeCondition(value);
  }
}

/** `label:WORD`, in every label set that knows it, or `label:SET:WORD`. */
function labelCondition({ text, column }: Value, vocabulary: Vocabulary): LabelCondition {
  const anywhere = vocabulary.termsOf(text);
  const [, set = '', word = ''] = /^([^:]*):(.*)$/s.exec(text) ?? [];
  const isOfSet = vocabulary.sets.includes(set);
  const terms = anywhere.length === 0 && isOfSet ? vocabulary.termsOf(word, set) : anywhere;
  if (terms.length > 0) return { kind: 'label', terms, minimumScore: 0 };
  const known = isOfSet
    ? `a label of the label set ${set}`
    : `a label of ${vocabulary.sets.join(', ') || 'a label set'}`;
  const near = isOfSet
    ? vocabulary.near(word, set).map((label) => `${set}:${label}`)
    : [...vocabulary.near(text), ...nearestWords(set, vocabulary.sets).map((name) => `${name}:${word}`)];
  throw new InvalidQuery({
    column,
    expected: known,
    received: text,
    suggestions: near.slice(0, 3).map((label) => `label:${quotedWhereNeeded(label)}`),
  });
}

/** `similar:KEY` or `similar:s3://BUCKET/KEY`. */
function similarCondition({ text, column }: Value): Query {
  const [, bucket, key = ''] = /^s3:\/\/([^/]*)(?:\/(.*))?$/s.exec(text) ?? [];
  if (bucket === undefined) return { kind: 'similar', key: text };
  if (bucket !== '' && key !== '') return { kind: 'similar', bucket, key };
  throw new InvalidQuery({ column, expected: 'a key, or s3://BUCKET/KEY', received: text });
}

function statusOf({ text, column }: Value): ImageStatus {
  const status = FOUND_STATUSES.find((known) => known === text.toLowerCase());
  if (status) return status;
  throw new InvalidQuery({
    column,
    expected: `a status (${FOUND_STATUSES.join(', ')})`,
    received: text,
    suggestions: nearestWords(text, FOUND_STATUSES).map((word) => `status:${word}`),
  });
}

/** A value as a query takes it: in quotes unless it has nothing but letters, digits and a few marks. */
export function quotedWhereNeeded(value: string): string {
  return /^[\p{L}\p{N}_][\p{L}\p{N}\p{M}_./:@=,+~-]*$/u.test(value) ? value : quoted(value);
}

export function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}
