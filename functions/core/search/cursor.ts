import { digestOf } from '../digest.ts';
import { CliptagError, excerpt } from '../errors.ts';
import type { SearchOrder, SearchRequest } from './image-search.ts';
import type { SortPosition } from './sort-position.ts';

/** Where a page ends, and by what relevance its images were judged. */
export interface Cursor {
  readonly position: SortPosition;
  /** The numbers of each relevance, in the order of the query. */
  readonly relevances: ReadonlyArray<readonly number[]>;
}

/** What a cursor belongs to. */
export type CursorRequest = Pick<SearchRequest, 'query' | 'isAll'> & { readonly order: SearchOrder };

/** Another version's cursors would be misread. */
const VERSION = 1;

/** A page's end, as a short text that says nothing to those who pass it on. */
export function cursorText({ position, relevances }: Cursor, request: CursorRequest): string {
  const { isBeyond, verdict, time, key, bucket } = position;
  const head = [VERSION, requestDigest(request), isBeyond ? 1 : 0, verdict, time, relevances];
  // The name stands behind the JSON and not in it, for control characters would take six letters each there.
  return Buffer.from(`${JSON.stringify(head)}\n${bucket}/${key}`, 'utf8').toString('base64url');
}

/**
 * The inverse of {@link cursorText}.
 *
 * @throws {CliptagError} `invalid-cursor`
 */
export function cursorOf(text: string, request: CursorRequest): Cursor {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const [, head = '', bucket, key] = /^([^\n]*)\n([^/]*)\/(.*)$/s.exec(decoded) ?? [];
  const parts = parsedArray(head);
  const [version, digest, section, verdict, time, relevances] = parts;
  if (version !== VERSION || bucket === undefined || key === undefined || parts.length !== 6) {
    throw invalidCursor('a cursor that this version of Cliptag gave', text);
  }
  if (digest !== requestDigest(request)) {
    throw invalidCursor('a cursor of the same query and order', text);
  }
  if (
    (section !== 0 && section !== 1) ||
    !isNumber(verdict) ||
    !isNumber(time) ||
    !isRelevances(relevances)
  ) {
    throw invalidCursor('a cursor that this version of Cliptag gave', text);
  }
  return { position: { isBeyond: section === 1, verdict, time, key, bucket }, relevances };
}

export function invalidCursor(expected: string, received: string): CliptagError {
  return new CliptagError('invalid-cursor', `Expected ${expected} but received ${excerpt(received)}`);
}

function requestDigest({ query, order, isAll = false }: CursorRequest): string {
  return digestOf([query, order, isAll]);
}

function parsedArray(json: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(json);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}

function isRelevances(value: unknown): value is ReadonlyArray<readonly number[]> {
  return Array.isArray(value) && value.every((numbers) => Array.isArray(numbers) && numbers.every(isNumber));
}
