import type { z } from 'zod';
import { excerpt, MessageFault } from './errors.ts';

/** @throws {MessageFault} when it is not JSON */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MessageFault(`Expected a JSON document but received ${excerpt(text)}`, { cause });
  }
}

/** Further faults say nothing new of a message. */
const MAXIMUM_FAULTS = 5;

/**
 * The document, checked and parsed by its schema.
 *
 * @param what what it should be, e.g. `an S3 event`
 * @param place path of the document in the message's body, for the texts of faults
 * @throws {MessageFault} with all faults, each with its place and what arrived there
 */
export function checked<Schema extends z.ZodType>(
  what: string,
  schema: Schema,
  document: unknown,
  place: readonly (string | number)[] = [],
): z.infer<Schema> {
  const result = schema.safeParse(document, { reportInput: true });
  if (result.success) return result.data;
  const { issues } = result.error;
  const faults = issues.slice(0, MAXIMUM_FAULTS).map((issue) => describeIssue(issue, place));
  const more = issues.length > MAXIMUM_FAULTS ? `; and ${issues.length - MAXIMUM_FAULTS} more` : '';
  throw new MessageFault(`Expected ${what} but its ${faults.join('; ')}${more}`);
}

function describeIssue(
  { path, message, input }: z.core.$ZodIssue,
  place: readonly (string | number)[],
): string {
  const received = input === undefined ? '' : `, received ${excerpt(input)}`;
  return `${[...place, ...path].join('.')}: ${message}${received}`;
}

/** Whether a JSON value is an object with this key. */
export function hasKey(document: unknown, key: string): boolean {
  return typeof document === 'object' && document !== null && key in document;
}

/** Whether a JSON value is an object: neither null nor a list. */
export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
