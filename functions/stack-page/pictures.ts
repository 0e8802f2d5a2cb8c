import type { IncomingMessage, ServerResponse } from 'node:http';
import { isShownByBrowsers } from '../api/media-types.ts';
import { RefusedRequest } from '../api/problems.ts';
import { handOn } from './forwarded.ts';
import { send } from './outgoing.ts';
import { beginningOf } from './stack-api.ts';

/** An address that names the ETag always means the same bytes. */
const KEPT = 'private, max-age=31536000, immutable';

/**
 * Gives the browser the picture that the API leads to, so that the page asks no other host. It goes through this machine as it
 * comes.
 *
 * @param answer of the API, with a presigned address
 */
export async function sendPicture(
  answer: IncomingMessage,
  response: ServerResponse,
  { eTag, signal }: { readonly eTag: string | null; readonly signal: AbortSignal },
): Promise<void> {
  answer.resume();
  const { location = '', 'cache-control': caching = '' } = answer.headers;
  if (!/^https?:\/\//.test(location) || !URL.canParse(location)) throw unexpected('no address of a picture');
  // Without a signature of ours: the address has its own, and S3 takes only one.
  const picture = await send(new URL(location), { method: 'GET', headers: {}, signal }).catch(
    (error: unknown) => {
      throw unexpected(error instanceof Error ? error.message : String(error));
    },
  );
  if (picture.statusCode !== 200) throw await refusalOf(picture);
  // The API says of an address how long it works, where its ETag is the image's own; what is there stays the same.
  const isExact = eTag !== null && /max-age=\d/.test(caching);
  const { 'content-type': mediaType = '' } = picture.headers;
  await handOn(picture, response, {
    'cache-control': isExact ? KEPT : 'no-store',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
    'content-type': mediaType || 'application/octet-stream',
    'content-disposition': isShownByBrowsers(mediaType) ? 'inline' : 'attachment',
    ...(isExact && { etag: `"${eTag}"` }),
  });
}

async function refusalOf(picture: IncomingMessage): Promise<RefusedRequest> {
  const [, code = ''] = /<Code>(\w+)<\/Code>/.exec(await beginningOf(picture)) ?? [];
  if (picture.statusCode === 404) return new RefusedRequest(404, 'no-image', 'The object is no longer there');
  return unexpected(`status ${picture.statusCode} ${code}`.trim());
}

function unexpected(what: string): RefusedRequest {
  return new RefusedRequest(502, 'unexpected-answer', `Expected a picture of S3 but received ${what}`);
}
