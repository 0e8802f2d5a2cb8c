import * as s3 from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { documentedOperations } from './documented-operations.ts';
import { BUCKET, openEndpointWithBucket, QUEUE_ARN, s3Client } from './s3-endpoint-fixture.ts';

const bucket = { Bucket: BUCKET };
const object = { ...bucket, Key: 'a' };
const CopySource = `${BUCKET}/a`;
const part = { ...object, PartNumber: 1 };

/** A request that works, for each operation that the endpoint has, in an order in which all of them do. */
const REQUESTS: Readonly<Record<string, object>> = {
  CreateBucket: { Bucket: 'another' },
  DeleteBucket: { Bucket: 'another' },
  HeadBucket: bucket,
  ListBuckets: {},
  GetBucketLocation: bucket,
  GetBucketAcl: bucket,
  PutBucketCors: {
    ...bucket,
    CORSConfiguration: { CORSRules: [{ AllowedMethods: ['GET'], AllowedOrigins: ['*'] }] },
  },
  GetBucketCors: bucket,
  DeleteBucketCors: bucket,
  PutBucketNotificationConfiguration: {
    ...bucket,
    NotificationConfiguration: {
      QueueConfigurations: [{ QueueArn: QUEUE_ARN, Events: ['s3:ObjectCreated:*'] }],
    },
  },
  GetBucketNotificationConfiguration: bucket,
  GetBucketVersioning: bucket,
  PutObject: { ...object, Body: 'x' },
  GetObject: object,
  HeadObject: object,
  GetObjectAcl: object,
  GetObjectAttributes: { ...object, ObjectAttributes: ['ETag'] },
  PutObjectTagging: { ...object, Tagging: { TagSet: [{ Key: 'a', Value: 'b' }] } },
  GetObjectTagging: object,
  DeleteObjectTagging: object,
  CopyObject: { ...bucket, Key: 'b', CopySource },
  ListObjects: bucket,
  ListObjectsV2: bucket,
  ListObjectVersions: bucket,
  CreateMultipartUpload: object,
  UploadPart: { ...part, Body: 'x' },
  UploadPartCopy: { ...part, CopySource },
  ListParts: object,
  ListMultipartUploads: bucket,
  CompleteMultipartUpload: { ...object, MultipartUpload: { Parts: [{ PartNumber: 1, ETag: 'x' }] } },
  AbortMultipartUpload: object,
  DeleteObject: object,
  DeleteObjects: { ...bucket, Delete: { Objects: [{ Key: 'b' }] } },
  ...{ GetBucketAccelerateConfiguration: bucket, GetBucketLogging: bucket, GetBucketRequestPayment: bucket },
};

/** Those that S3 answers with an error, too: the bucket has no such configuration, or the upload is complete. */
const ERRORS: Readonly<Record<string, string>> = {
  GetBucketEncryption: 'ServerSideEncryptionConfigurationNotFoundError',
  GetBucketLifecycleConfiguration: 'NoSuchLifecycleConfiguration',
  GetObjectLockConfiguration: 'ObjectLockConfigurationNotFoundError',
  GetBucketOwnershipControls: 'OwnershipControlsNotFoundError',
  GetBucketPolicy: 'NoSuchBucketPolicy',
  GetBucketPolicyStatus: 'NoSuchBucketPolicy',
  GetPublicAccessBlock: 'NoSuchPublicAccessBlockConfiguration',
  GetBucketReplication: 'ReplicationConfigurationNotFoundError',
  GetBucketTagging: 'NoSuchTagSet',
  GetBucketWebsite: 'NoSuchWebsiteConfiguration',
  AbortMultipartUpload: 'NoSuchUpload',
};

/** The names of all operations that the SDK's client has. */
const ALL = Object.keys(s3).flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? []);
const HAS = [...new Set([...Object.keys(REQUESTS), ...Object.keys(ERRORS)])];
const REFUSED = ALL.filter((name) => !HAS.includes(name));
/** Whatever any refused operation needs to be sent at all. */
const ANYTHING = {
  ...{ ...object, Id: 'i', AnnotationName: 'a', Body: '', RenameSource: 'b', Expression: 'x' },
  ...{ RequestRoute: 'r', RequestToken: 't', VersioningConfiguration: { Status: 'Enabled' } },
};

type Command = new (input: object) => Parameters<s3.S3Client['send']>[0];

function sender(client: s3.S3Client) {
  // Else WriteGetObjectResponse goes to a host of its own.
  client.config.disableHostPrefix = true;
  return (operation: string, input: object) => {
    const Constructor = Object.entries(s3).find(([name]) => name === `${operation}Command`)?.[1];
    return client.send(new (Constructor as unknown as Command)(input));
  };
}

test('has each operation that it does not refuse', async () => {
  const { url } = await openEndpointWithBucket();
  const client = s3Client(url);
  const send = sender(client);
  let upload = {};
  for (const operation of HAS) {
    const request = REQUESTS[operation] ?? object;
    const sent = send(operation, { ...request, ...upload }).catch((error: Error) => error.name);
    const answer = await sent;
    if (operation === 'CreateMultipartUpload')
      upload = { UploadId: (answer as { UploadId: string }).UploadId };
    if (operation === 'UploadPartCopy') {
      const { ETag } = (answer as s3.UploadPartCopyCommandOutput).CopyPartResult ?? {};
      upload = { ...upload, MultipartUpload: { Parts: [{ PartNumber: 1, ETag }] } };
    }
    const outcome =
      typeof answer === 'string' ? answer : (answer as s3.HeadBucketCommandOutput).$metadata.httpStatusCode;
    expect([operation, outcome]).toEqual([
      operation,
      ERRORS[operation] ?? expect.toSatisfy((status) => status === 200 || status === 204),
    ]);
  }
  client.destroy();
});

test('rejects every other operation by its name, with what to use instead', async () => {
  const { url } = await openEndpointWithBucket();
  const client = s3Client(url);
  const send = sender(client);
  for (const operation of REFUSED) {
    const refused = await send(operation, operation === 'ListDirectoryBuckets' ? {} : ANYTHING).catch(
      (error: Error) => error,
    );
    expect(refused).toMatchObject({
      name: 'NotImplemented',
      message: expect.stringMatching(
        new RegExp(`^${operation} (with .*)?is not implemented by this local S3 endpoint: .{20,}\\.$`),
      ),
    });
  }
  client.destroy();
});

test('has all of this in the documents', async () => {
  expect(await documentedOperations('S3')).toEqual({ works: [...HAS].sort(), refused: [...REFUSED].sort() });
});
