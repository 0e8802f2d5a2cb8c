import { encoder, type Listing, listPage, type Page, parseListing } from './listed-page.ts';
import type { S3Request } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State } from './state.ts';
import type { XmlElements } from './xml.ts';

export async function listObjectsV2(state: S3State, { bucket, query }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  const token = query.get('continuation-token');
  const startAfter = query.get('start-after');
  const listing = parseListing(query, token === null ? (startAfter ?? '') : decodeToken(token));
  const page = await listPage(state.metadata, bucket, listing);
  return xmlResponse('ListBucketResult', {
    ...pageElements(bucket, query, listing, page),
    KeyCount: page.objects.length + page.commonPrefixes.length,
    ContinuationToken: token ?? undefined,
    NextContinuationToken: page.next === undefined ? undefined : encodeToken(page.next),
    StartAfter: startAfter === null ? undefined : encoder(query)(startAfter),
  });
}

export async function listObjects(state: S3State, { bucket, query }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  const listing = parseListing(query, query.get('marker') ?? '');
  const page = await listPage(state.metadata, bucket, listing);
  const encode = encoder(query);
  return xmlResponse('ListBucketResult', {
    ...pageElements(bucket, query, listing, page),
    Marker: encode(listing.after),
    // Without a delimiter the last key is the marker, and S3 sends none.
    NextMarker: page.next === undefined || listing.delimiter === '' ? undefined : encode(page.next),
  });
}

function pageElements(bucket: string, query: URLSearchParams, listing: Listing, page: Page): XmlElements {
  const encode = encoder(query);
  return {
    Name: bucket,
    Prefix: encode(listing.prefix),
    Delimiter: listing.delimiter === '' ? undefined : encode(listing.delimiter),
    MaxKeys: listing.maximumKeys,
    EncodingType: query.get('encoding-type') ?? undefined,
    IsTruncated: page.next !== undefined,
    Contents: page.objects.map(({ key, modified, eTag, sizeBytes, checksums }) => ({
      Key: encode(key),
      LastModified: modified,
      ETag: `"${eTag}"`,
      ChecksumAlgorithm: Object.keys(checksums).map((name) => name.toUpperCase()),
      Size: sizeBytes,
      StorageClass: 'STANDARD',
    })),
    CommonPrefixes: page.commonPrefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  };
}

function encodeToken(key: string): string {
  return Buffer.from(key).toString('base64url');
}

function decodeToken(token: string): string {
  return Buffer.from(token, 'base64url').toString();
}
