import { readDocument } from './body.ts';
import { S3Error } from './errors.ts';
import { del, keysUnder, put } from './metadata.ts';
import type { AuthenticatedRequest, S3Request } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State } from './state.ts';
import { discardUpload } from './uploads.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The region whose buckets S3 says have no location. */
const UNNAMED_REGION = 'us-east-1';

const OWNER = { ID: 'local', DisplayName: 'local' };

export async function listBuckets(state: S3State): Promise<S3Response> {
  const buckets = await state.metadata.buckets.values().all();
  return xmlResponse('ListAllMyBucketsResult', {
    Owner: OWNER,
    Buckets: { Bucket: buckets.map(({ name, created }) => ({ Name: name, CreationDate: created })) },
  });
}

export async function createBucket(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  const { bucket: name } = request;
  await readDocument(request); // a location constraint: any is this machine
  if (!BUCKET_NAME.test(name))
    throw new S3Error(400, 'InvalidBucketName', `Not a valid bucket name: ${name}`);
  const { buckets } = state.metadata;
  await state.lock(name, async () => {
    if (await buckets.get(name)) {
      throw new S3Error(409, 'BucketAlreadyOwnedByYou', `You already have the bucket ${name}.`);
    }
    const bucket = { name, created: new Date().toISOString(), queues: [], corsRules: [] };
    await state.metadata.commit([put(buckets, name, bucket)]);
  });
  return emptyResponse(200, { location: `/${name}` });
}

export async function deleteBucket(state: S3State, { bucket: name }: S3Request): Promise<S3Response> {
  const { metadata } = state;
  await state.lock(name, async () => {
    await requireBucket(state, name);
    const objects = await metadata.objects.keys({ ...keysUnder(name), limit: 1 }).all();
    if (objects.length > 0)
      throw new S3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty.');
    for (const upload of await metadata.uploads.values(keysUnder(name)).all()) {
      await state.lock(upload.uploadId, () => discardUpload(state, name, upload));
    }
    await metadata.commit([del(metadata.buckets, name)]);
  });
  return emptyResponse(204);
}

export async function headBucket(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  return emptyResponse(200, { 'x-amz-bucket-region': state.region });
}

export async function getBucketLocation(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  // S3 puts the text straight into the root element.
  const { region } = state;
  return xmlResponse('LocationConstraint', region === UNNAMED_REGION ? '' : region);
}
