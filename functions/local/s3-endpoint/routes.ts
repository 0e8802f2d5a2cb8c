import { ABSENT_CONFIGURATION, getBucketAcl, getObjectAcl } from './absent-configuration.ts';
import {
  createBucket,
  deleteBucket,
  deleteCors,
  getBucketLocation,
  getCors,
  getNotification,
  getVersioning,
  headBucket,
  putCors,
  putNotification,
  putVersioning,
} from './bucket-operations.ts';
import { noSuchVersion, notImplemented, S3Error } from './errors.ts';
import { listBuckets } from './list-buckets.ts';
import { listObjectVersions } from './list-object-versions.ts';
import { listObjects, listObjectsV2 } from './list-objects.ts';
import {
  abortMultipartUpload,
  completeMultipartUpload,
  createMultipartUpload,
  uploadPart,
} from './multipart.ts';
import { listMultipartUploads, listParts } from './multipart-listing.ts';
import { getObjectAttributes } from './object-attributes.ts';
import {
  deleteObject,
  deleteObjects,
  deleteObjectTagging,
  getObjectTagging,
  putObject,
  putObjectTagging,
} from './object-operations.ts';
import { getObject } from './object-reads.ts';
import { isCarriedHeader } from './presigned-headers.ts';
import { NULL_VERSION } from './records.ts';
import { refusedOperation } from './refused-operations.ts';
import type { AuthenticatedRequest, S3Request } from './request.ts';
import type { S3Response } from './response.ts';
import type { S3State } from './state.ts';

export type Operation = (state: S3State, request: AuthenticatedRequest) => Promise<S3Response>;

/** What this endpoint can do, by method, path and the query parameters that name an operation. */
const OPERATIONS: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  ['GET /', listBuckets],
  ['PUT /bucket', createBucket],
  ['HEAD /bucket', headBucket],
  ['DELETE /bucket', deleteBucket],
  ['GET /bucket', listObjects],
  ['GET /bucket?list-type', listObjectsV2],
  ['GET /bucket?versions', listObjectVersions],
  ['GET /bucket?location', getBucketLocation],
  ['GET /bucket?notification', getNotification],
  ['PUT /bucket?notification', putNotification],
  ['GET /bucket?cors', getCors],
  ['PUT /bucket?cors', putCors],
  ['DELETE /bucket?cors', deleteCors],
  ['GET /bucket?versioning', getVersioning],
  ['PUT /bucket?versioning', putVersioning],
  ['GET /bucket?acl', getBucketAcl],
  ['GET /bucket?uploads', listMultipartUploads],
  ['POST /bucket?delete', deleteObjects],
  ['GET /bucket/key', getObject],
  ['HEAD /bucket/key', getObject],
  ['GET /bucket/key?partNumber', getObject],
  ['HEAD /bucket/key?partNumber', getObject],
  ['PUT /bucket/key', putObject],
  ['DELETE /bucket/key', deleteObject],
  ['GET /bucket/key?acl', getObjectAcl],
  ['GET /bucket/key?attributes', getObjectAttributes],
  ['GET /bucket/key?tagging', getObjectTagging],
  ['PUT /bucket/key?tagging', putObjectTagging],
  ['DELETE /bucket/key?tagging', deleteObjectTagging],
  ['POST /bucket/key?uploads', createMultipartUpload],
  ['PUT /bucket/key?partNumber&uploadId', uploadPart],
  ['GET /bucket/key?uploadId', listParts],
  ['POST /bucket/key?uploadId', completeMultipartUpload],
  ['DELETE /bucket/key?uploadId', abortMultipartUpload],
  ...ABSENT_CONFIGURATION,
]);

/** Parameters that shape what an operation does, and do not name one. */
const SHAPING_PARAMETERS: ReadonlySet<string> = new Set([
  'x-id', // SDKs name the operation in it, for logs
  'AWSAccessKeyId',
  'Signature',
  'Expires',
  'prefix',
  'delimiter',
  'marker',
  'max-keys',
  'max-buckets',
  'bucket-region',
  'encoding-type',
  'continuation-token',
  'start-after',
  'fetch-owner',
  'max-uploads',
  'key-marker',
  'upload-id-marker',
  'max-parts',
  'part-number-marker',
  'version-id-marker',
  'versionId',
]);

/** Operations that have no route of their own: the query of one has its name, the path of the other. */
const NAMED_OPERATION = /^(ListDirectoryBuckets|WriteGetObjectResponse)$/;

/** @throws {S3Error} `NotImplemented`, with what was asked for; `NoSuchVersion` */
export function findOperation(request: S3Request): Operation {
  const versionId = request.query.get('versionId') ?? NULL_VERSION;
  const path = pathKind(request);
  const naming = [...new Set(request.query.keys())].filter((name) => !isShaping(name, request.query)).sort();
  const route = `${request.method} ${path}${naming.length > 0 ? `?${naming.join('&')}` : ''}`;
  const named = [request.query.get('x-id'), request.bucket].find((name) => NAMED_OPERATION.test(name ?? ''));
  const refusal = refusedOperation(named ? `${request.method} /${named}` : route);
  if (refusal !== undefined) throw new S3Error(501, 'NotImplemented', refusal);
  const operation = OPERATIONS.get(route);
  if (!operation) throw notImplemented(route);
  if (versionId !== NULL_VERSION) throw noSuchVersion(versionId);
  return operation;
}

function pathKind({ bucket, key }: S3Request): string {
  if (bucket === '') return '/';
  return key === '' ? '/bucket' : '/bucket/key';
}

function isShaping(name: string, query: URLSearchParams): boolean {
  return (
    SHAPING_PARAMETERS.has(name) ||
    name.startsWith('response-') ||
    name.toLowerCase().startsWith('x-amz-') ||
    isCarriedHeader(name, query)
  );
}
