import { createHash } from 'node:crypto';
import { isPlainObject } from './document.ts';

/**
 * 64 bits as hex: short enough for every record to carry, long enough that no two of a user's label sets share one by
 * chance.
 */
const DIGEST_HEX_LENGTH = 16;

/** Digest of a JSON value that does not depend on the order of its keys. */
export function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex').slice(0, DIGEST_HEX_LENGTH);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => (isPlainObject(part) ? sortedByKey(part) : part));
}

function sortedByKey(value: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
