import { S3Error } from './errors.ts';
import { requireObject } from './object-reads.ts';
import type { S3Request } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State } from './state.ts';
import type { XmlElements } from './xml.ts';

/**
 * What programs that show a bucket ask for, and what it cannot have here: the answer is S3's for a bucket without.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
const ABSENT: Readonly<Record<string, readonly [code: string, what: string]>> = {
  encryption: ['ServerSideEncryptionConfigurationNotFoundError', 'server side encryption configuration'],
  lifecycle: ['NoSuchLifecycleConfiguration', 'lifecycle configuration'],
  'object-lock': ['ObjectLockConfigurationNotFoundError', 'object lock configuration'],
  ownershipControls: ['OwnershipControlsNotFoundError', 'bucket ownership controls'],
  policy: ['NoSuchBucketPolicy', 'bucket policy'],
  policyStatus: ['NoSuchBucketPolicy', 'bucket policy'],
  publicAccessBlock: ['NoSuchPublicAccessBlockConfiguration', 'public access block configuration'],
  replication: ['ReplicationConfigurationNotFoundError', 'replication configuration'],
  tagging: ['NoSuchTagSet', 'tag set'],
  website: ['NoSuchWebsiteConfiguration', 'website configuration'],
};

/** The same, where S3 answers with a document that says so. */
const EMPTY: Readonly<Record<string, readonly [rootName: string, content: XmlElements]>> = {
  accelerate: ['AccelerateConfiguration', {}],
  logging: ['BucketLoggingStatus', {}],
  requestPayment: ['RequestPaymentConfiguration', { Payer: 'BucketOwner' }],
};

type Read = (state: S3State, request: S3Request) => Promise<S3Response>;

/** By route. */
export const ABSENT_CONFIGURATION: readonly (readonly [route: string, read: Read])[] = [
  ...Object.entries(ABSENT).map(
    ([name, [code, what]]) => [`GET /bucket?${name}`, absent(code, what)] as const,
  ),
  ...Object.entries(EMPTY).map(
    ([name, [rootName, content]]) => [`GET /bucket?${name}`, empty(rootName, content)] as const,
  ),
];

function absent(code: string, what: string): Read {
  return async (state, { bucket }) => {
    await requireBucket(state, bucket);
    throw new S3Error(404, code, `The ${what} does not exist`);
  };
}

function empty(rootName: string, content: XmlElements): Read {
  return async (state, { bucket }) => {
    await requireBucket(state, bucket);
    return xmlResponse(rootName, content);
  };
}

/** The owner of everything, who may do everything: there are no others. */
export const OWNER = { ID: 'local', DisplayName: 'local' };

export async function getBucketAcl(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  return ownersAcl();
}

export async function getObjectAcl(state: S3State, request: S3Request): Promise<S3Response> {
  await requireObject(state, request);
  return ownersAcl();
}

/** The type of a grantee is an attribute, which no other document of S3's has. */
function ownersAcl(): S3Response {
  const response = xmlResponse('AccessControlPolicy', {
    Owner: OWNER,
    AccessControlList: { Grant: { Grantee: OWNER, Permission: 'FULL_CONTROL' } },
  });
  const type = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="CanonicalUser"';
  const body = String(response.body).replace('<Grantee>', `<Grantee ${type}>`);
  return { ...response, headers: { ...response.headers, 'content-length': String(body.length) }, body };
}
