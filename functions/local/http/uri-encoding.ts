/**
 * Percent-encodes everything but the unreserved characters of RFC 3986, as Signature Version 4 asks for it
 * (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "UriEncode").
 */
export function uriEncode(text: string): string {
  // `encodeURIComponent` by itself leaves these five as they are.
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

/** The same for a path or an object key, but `/` stays as it is. */
export function uriEncodePath(path: string): string {
  return uriEncode(path).replaceAll('%2F', '/');
}
