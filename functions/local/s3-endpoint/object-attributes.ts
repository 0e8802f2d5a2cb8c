import { checksumElements, objectChecksumElements } from './checksums.ts';
import { invalidArgument } from './errors.ts';
import { requireObject } from './object-reads.ts';
import type { ObjectRecord } from './records.ts';
import { header, type S3Request } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import type { S3State } from './state.ts';
import type { XmlElements } from './xml.ts';

/** S3's page size. */
const MAXIMUM_PARTS = 1000;

export async function getObjectAttributes(state: S3State, request: S3Request): Promise<S3Response> {
  const object = await requireObject(state, request);
  const asked = (header(request, 'x-amz-object-attributes') ?? '').split(',').map((name) => name.trim());
  if (asked[0] === '') throw invalidArgument('The header x-amz-object-attributes is missing.');
  const elements = {
    ETag: object.eTag,
    Checksum: hasChecksum(object) ? objectChecksumElements(object.checksums) : undefined,
    ObjectParts: object.eTag.includes('-') ? partElements(request, object) : undefined,
    StorageClass: 'STANDARD',
    ObjectSize: object.sizeBytes,
  };
  return xmlResponse(
    'GetObjectAttributesResponse',
    Object.fromEntries(Object.entries(elements).filter(([name]) => asked.includes(name))),
    { 'last-modified': new Date(object.modified).toUTCString() },
  );
}

/** S3 tells the parts one by one only of an object that has a checksum. */
function partElements(request: S3Request, object: ObjectRecord): XmlElements {
  const total = { PartsCount: object.blobs.length };
  if (!hasChecksum(object)) return total;
  const number = (name: string, byDefault: number) => Number(header(request, name) ?? byDefault) || 0;
  const marker = number('x-amz-part-number-marker', 0);
  const limit = Math.min(number('x-amz-max-parts', MAXIMUM_PARTS), MAXIMUM_PARTS);
  const parts = object.blobs.map(({ sizeBytes, checksums = {} }, index) => ({
    PartNumber: index + 1,
    Size: sizeBytes,
    ...checksumElements(checksums),
  }));
  const page = parts.slice(marker, marker + limit);
  return {
    ...total,
    PartNumberMarker: marker,
    NextPartNumberMarker: page.at(-1)?.PartNumber ?? marker,
    MaxParts: limit,
    IsTruncated: marker + page.length < parts.length,
    Part: page,
  };
}

function hasChecksum({ checksums }: ObjectRecord): boolean {
  return Object.keys(checksums).length > 0;
}
