/** Names with their values: one, several, or none at all. */
export type UriQuery = Readonly<Record<string, string | string[] | null>>;

/** As it is signed: sorted, and with all but unreserved characters encoded. */
export function queryString(query: UriQuery): string {
  const parts = Object.entries(query)
    .map(([name, value]) => [encodedForUri(name), value] as const)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([name, value]) =>
      value === null ? [name] : [value].flat().map((one) => `${name}=${encodedForUri(one)}`),
    );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html#create-signature-presign-entire-payload */
export function encodedForUri(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
