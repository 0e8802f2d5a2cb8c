import type { HubAnswer } from './hub.ts';
import type { Part } from './part-file.ts';

/** Asks for what a part lacks. */
export function rangeHeaders({ bytes, etag }: Part): Record<string, string> {
  if (bytes === 0) return {};
  // Without a validator the range may be of other content: the digest finds that out.
  return { range: `bytes=${bytes}-`, ...(etag === undefined ? {} : { 'if-range': etag }) };
}

/** Where the answer's body belongs: a byte offset; `whole` when nothing is missing; `again` when it fits nowhere. */
export function beginning(answer: HubAnswer, part: Part): number | 'whole' | 'again' {
  const range = answer.headers['content-range'] ?? '';
  if (answer.status === 416) return range === `bytes */${part.bytes}` ? 'whole' : 'again';
  if (answer.status !== 206) return 0;
  const isSame = part.etag === undefined || (strongEtag(answer) ?? part.etag) === part.etag;
  return isSame && range.startsWith(`bytes ${part.bytes}-`) ? part.bytes : 'again';
}

/** A weak ETag says nothing about bytes (RFC 9110, 13.1.5). */
export function strongEtag({ headers }: HubAnswer): string | undefined {
  return headers.etag?.startsWith('"') ? headers.etag : undefined;
}

/** Size of the whole file by the answer's own account. */
export function totalBytes({ status, headers }: HubAnswer): number | undefined {
  const total = status === 206 ? headers['content-range']?.split('/')[1] : headers['content-length'];
  return total !== undefined && /^\d+$/.test(total) ? Number(total) : undefined;
}
