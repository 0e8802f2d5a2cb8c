import { digestOf } from '../../digest.ts';
import { invalidCursor } from '../cursor.ts';
import type { DuplicatesRequest } from '../image-search.ts';
import type { ImageName } from './duplicate-groups.ts';

type CursorRequest = Pick<DuplicatesRequest, 'kind' | 'query'>;

/** Another version's cursors would be misread. */
const VERSION = 1;

/** Where a page of groups ends: behind the group whose best image this is. */
export function duplicatesCursorText({ bucket, key }: ImageName, request: CursorRequest): string {
  const head = JSON.stringify([VERSION, requestDigest(request)]);
  return Buffer.from(`${head}\n${bucket}/${key}`, 'utf8').toString('base64url');
}

/**
 * The inverse of {@link duplicatesCursorText}.
 *
 * @throws {CliptagError} `invalid-cursor`
 */
export function duplicatesCursorOf(text: string, request: CursorRequest): ImageName {
  const decoded = Buffer.from(text, 'base64url').toString('utf8');
  const [, head, bucket, key] = /^([^\n]*)\n([^/]*)\/(.*)$/s.exec(decoded) ?? [];
  if (
    head !== JSON.stringify([VERSION, requestDigest(request)]) ||
    bucket === undefined ||
    key === undefined
  ) {
    throw invalidCursor('a cursor of the same kind of duplicates, query and version of Cliptag', text);
  }
  return { bucket, key };
}

function requestDigest({ kind, query = '' }: CursorRequest): string {
  return digestOf(['duplicates', kind, query]);
}
