import { problemIn } from './api-problem.ts';
import type { Image, ImageName, StartedUpload } from './images.ts';
import { send as ask, type Fetch, isRedirect } from './requests.ts';

/** What names a picture: with its ETag it is one state of it, which may be kept. */
export type PictureName = ImageName & Pick<Partial<Image>, 'eTag'>;

export type PictureKind = 'thumbnails' | 'originals';

/**
 * The bytes of a picture. A presigned address is followed without the headers that signed the request, which S3 would
 * refuse.
 */
export async function fetchPicture(
  base: URL,
  fetch: Fetch,
  kind: PictureKind,
  { bucket, key, eTag }: PictureName,
): Promise<Blob> {
  const path = `/${kind}`;
  const query = { bucket, key, eTag };
  const answer = await ask(base, fetch, path, { query, redirect: 'manual' });
  if (!isRedirect(answer)) return answer.blob();
  const address = answer.headers.get('location');
  // Browsers tell no script where a redirect leads.
  const followed =
    address === null ? await ask(base, fetch, path, { query }) : await globalThis.fetch(address);
  if (!followed.ok) throw await problemIn(followed);
  return followed.blob();
}

/**
 * Sends a file where an upload was started; resolves to the image that it became. A form of the API's own origin is sent as its other
 * requests are, token included; one of S3 is signed by its fields, and would be refused with more.
 */
export async function sendFile(
  base: URL,
  fetch: Fetch,
  { url, fields, bucket, key }: StartedUpload,
  file: Blob,
): Promise<{ readonly bucket: string; readonly key: string }> {
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  // S3 reads no field after the file.
  form.set('file', file);
  const address = new URL(url, base);
  const send: Fetch = address.origin === base.origin ? fetch : (request) => globalThis.fetch(request);
  const answer = await send(new Request(address, { method: 'POST', body: form }));
  if (!answer.ok) throw await problemIn(answer);
  // The local pipeline stores nothing twice, and names what was there; S3 says nothing.
  const isTold = answer.headers.get('content-type')?.startsWith('application/json') ?? false;
  const stored = isTold ? ((await answer.json()) as { readonly key?: string }) : {};
  return { bucket, key: stored.key ?? key };
}
