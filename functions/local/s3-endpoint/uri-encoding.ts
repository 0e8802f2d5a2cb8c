import { S3Error } from './errors.ts';

/**
 * RFC 3986 percent-encoding of everything but the unreserved characters, as Signature Version 4 asks for it
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "UriEncode").
 */
export function uriEncode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same for an object key, in which `/` stays. */
export function uriEncodeKey(key: string): string {
  return uriEncode(key).replaceAll('%2F', '/');
}

/** How keys stand in event notifications: form-URL-encoded, so a space is `+`, while `/` stays. */
export function formEncodeKey(key: string): string {
  return uriEncodeKey(key).replaceAll('%20', '+');
}

/** @throws {S3Error} `InvalidURI` when the text is no percent-encoded UTF-8 */
export function uriDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error(400, 'InvalidURI', `Expected percent-encoded UTF-8 but received "${text}".`);
  }
}
