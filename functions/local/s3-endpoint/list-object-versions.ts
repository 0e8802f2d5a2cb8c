import { OWNER } from './absent-configuration.ts';
import { invalidArgument } from './errors.ts';
import { encoder, listPage, parseListing } from './listed-page.ts';
import { NULL_VERSION } from './records.ts';
import type { S3Request } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State } from './state.ts';

/**
 * All versions are the latest ones: there are no others, and no delete markers.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
 */
export async function listObjectVersions(state: S3State, { bucket, query }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  const keyMarker = query.get('key-marker') ?? '';
  const versionMarker = query.get('version-id-marker') ?? '';
  if (keyMarker === '' && versionMarker !== '')
    throw invalidArgument('A version-id marker cannot be specified without a key marker.');
  const listing = parseListing(query, keyMarker);
  const page = await listPage(state.metadata, bucket, listing);
  const encode = encoder(query);
  const isAfterObject = page.next !== undefined && page.objects.at(-1)?.key === page.next;
  return xmlResponse('ListVersionsResult', {
    Name: bucket,
    Prefix: encode(listing.prefix),
    KeyMarker: encode(keyMarker),
    VersionIdMarker: versionMarker,
    NextKeyMarker: page.next === undefined ? undefined : encode(page.next),
    NextVersionIdMarker: isAfterObject ? NULL_VERSION : undefined,
    MaxKeys: listing.maximumKeys,
    Delimiter: listing.delimiter === '' ? undefined : encode(listing.delimiter),
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.next !== undefined,
    Version: page.objects.map(({ key, modified, eTag, sizeBytes, checksums }) => ({
      Key: encode(key),
      VersionId: NULL_VERSION,
      IsLatest: true,
      LastModified: modified,
      ETag: `"${eTag}"`,
      ChecksumAlgorithm: Object.keys(checksums).map((name) => name.toUpperCase()),
      Size: sizeBytes,
      StorageClass: 'STANDARD',
      Owner: OWNER,
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
}
