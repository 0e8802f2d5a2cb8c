import type { HubAnswer } from './hub.ts';
import type { Part } from './part-file.ts';

/** The headers that ask for the rest of a part. */
export function rangeHeaders({ bytes, etag }: Part): Record<string, string> {
  if (bytes === 0) return {};
  // Without a validator the range may be of other content: the digest finds that out.
  return { range: `bytes=${bytes}-`, ...(etag === undefined ? {} : { 'if-range': etag }) };
}

/**
 * Where the answer's body belongs in the file (RFC 9110, 15.3.7 and 15.5.17).
 *
 * @returns a byte offset; `complete` when nothing is missing; `restart` when the body does not fit the part
 */
export function bodyOffset(answer: HubAnswer, part: Part): number | 'complete' | 'restart' {
  const range = answer.headers['content-range'] ?? '';
  if (answer.status === 416) return range === `bytes */${part.bytes}` ? 'complete' : 'restart';
  if (answer.status !== 206) return 0;
  const isSame = part.etag === undefined || (strongEtag(answer) ?? part.etag) === part.etag;
  return isSame && range.startsWith(`bytes ${part.bytes}-`) ? part.bytes : 'restart';
}

/** A weak ETag says nothing about bytes (RFC 9110, 13.1.5). */
export function strongEtag({ headers }: HubAnswer): string | undefined {
  return headers.etag?.startsWith('"') ? headers.etag : undefined;
}

/** The size of the whole file, as the answer declares it. */
export function totalBytes({ status, headers }: HubAnswer): number | undefined {
  const total = status === 206 ? headers['content-range']?.split('/')[1] : headers['content-length'];
  return total !== undefined && /^\d+$/.test(total) ? Number(total) : undefined;
}
