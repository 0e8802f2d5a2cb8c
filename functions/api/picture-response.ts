import type { SearchedImage } from '../core/search/image-search.ts';
import type { Picture } from './api-ports.ts';
import { isShownByBrowsers } from './media-types.ts';

/** An address that names the ETag always means the same bytes. */
const KEPT = 'private, max-age=31536000, immutable';
/** Any other one is asked for again, which the ETag makes cheap. */
const ASKED_AGAIN = 'private, no-cache';

/** What a header may hold of an ETag. */
const PRINTABLE = /^[\x21\x23-\x7e]+$/;

/** A redirect is kept for less time than the address that it leads to works. */
const SAFETY_SECONDS = 60;

/**
 * A picture as HTTP gives it to a browser, which may keep it but share it with nobody.
 *
 * @param named ETag that the address names
 */
export async function pictureResponse(
  request: Request,
  image: Pick<SearchedImage, 'eTag'>,
  named: string | undefined,
  picture: () => Promise<Picture>,
): Promise<Response> {
  const eTag = PRINTABLE.test(image.eTag ?? '') ? image.eTag : undefined;
  const isExact = eTag !== undefined && named === eTag;
  const headers = new Headers({ 'cache-control': isExact ? KEPT : ASKED_AGAIN });
  if (eTag !== undefined) headers.set('etag', `"${eTag}"`);
  if (eTag !== undefined && isNamedIn(request.headers.get('if-none-match') ?? '', eTag)) {
    return new Response(null, { status: 304, headers });
  }
  const found = await picture();
  if ('address' in found) {
    const seconds = Math.max(0, found.lifetimeSeconds - SAFETY_SECONDS);
    const keeping = isExact ? `private, max-age=${seconds}` : 'no-store';
    return new Response(null, {
      status: 302,
      headers: { location: found.address, 'cache-control': keeping },
    });
  }
  headers.set('content-type', found.mediaType);
  // Whatever an upload pretends to be, it is never a page of this origin.
  if (!isShownByBrowsers(found.mediaType)) headers.set('content-disposition', 'attachment');
  if (found.sizeBytes !== undefined) headers.set('content-length', String(found.sizeBytes));
  if (request.method !== 'HEAD') return new Response(found.body, { headers });
  // Nobody will read it, and it may hold a file open.
  if (found.body instanceof ReadableStream) await found.body.cancel();
  return new Response(null, { headers });
}

function isNamedIn(ifNoneMatch: string, eTag: string): boolean {
  return ifNoneMatch.split(',').some((one) => one.trim().replace(/^W\//, '') === `"${eTag}"`);
}
