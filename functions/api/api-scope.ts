import type { ApiScope } from './api-ports.ts';
import type { ImageName } from './contract.ts';

/**
 * Whether an object is one that the API may tell of. Names are compared as they are: S3 knows neither folders nor `..`,
 * and two spellings are two objects.
 */
export function isInScope({ buckets, prefixes }: ApiScope, { bucket, key }: ImageName): boolean {
  const isBucketInScope = buckets.length === 0 || buckets.includes(bucket);
  return isBucketInScope && (prefixes.length === 0 || prefixes.some((prefix) => key.startsWith(prefix)));
}
