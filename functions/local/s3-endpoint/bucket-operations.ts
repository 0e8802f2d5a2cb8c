import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readDocument } from './body.ts';
import { corsConfigurationElements, parseCorsConfiguration } from './cors.ts';
import { S3Error } from './errors.ts';
import { del, keysUnder, put } from './metadata.ts';
import { testEvent } from './notification.ts';
import {
  notificationConfigurationElements,
  parseNotificationConfiguration,
} from './notification-configuration.ts';
import type { BucketRecord, OutboxRecord, UploadRecord } from './records.ts';
import type { AuthenticatedRequest, S3Request } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import { newBucket, requireBucket, type S3State } from './state.ts';
import { discardUploads, uploadsOf } from './uploads.ts';
import { parseXml } from './xml.ts';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET_NAME = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** S3 gives no location for buckets in this region. */
const UNNAMED_REGION = 'us-east-1';

export async function createBucket(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  const { bucket: name } = request;
  await readDocument(request); // a location constraint; every location is this machine
  if (!BUCKET_NAME.test(name))
    throw new S3Error(400, 'InvalidBucketName', `Not a valid bucket name: ${name}`);
  const { buckets } = state.metadata;
  await state.lock(name, async () => {
    if (await buckets.get(name)) {
      throw new S3Error(409, 'BucketAlreadyOwnedByYou', `You already have the bucket ${name}.`);
    }
    const bucket = newBucket(name, state.usualQueues);
    await state.metadata.commit([put(buckets, name, bucket)]);
  });
  return emptyResponse(200, { location: `/${name}` });
}

export async function deleteBucket(state: S3State, { bucket: name }: S3Request): Promise<S3Response> {
  const uploads = await uploadsOf(state, name);
  // The locks of uploads are taken before their bucket's, in the same order as when an upload is completed.
  const removal = uploads.reduce(
    (task, { uploadId }) =>
      () =>
        state.lock(uploadId, task),
    () => state.lock(name, () => removeBucket(state, name, uploads)),
  );
  await removal();
  return emptyResponse(204);
}

async function removeBucket(state: S3State, name: string, locked: readonly UploadRecord[]): Promise<void> {
  const { metadata } = state;
  await requireBucket(state, name);
  const objects = await metadata.objects.keys({ ...keysUnder(name), limit: 1 }).all();
  if (objects.length > 0)
    throw new S3Error(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty.');
  const lockedIds = locked.map(({ uploadId }) => uploadId);
  const uploads = await uploadsOf(state, name);
  if (uploads.some(({ uploadId }) => !lockedIds.includes(uploadId)))
    throw new S3Error(409, 'OperationAborted', 'An upload was begun meanwhile. Please try again.');
  await discardUploads(state, name, uploads, [del(metadata.buckets, name)]);
}

export async function headBucket(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  return emptyResponse(200, { 'x-amz-bucket-region': state.region });
}

export async function getBucketLocation(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  // S3 puts the text directly into the root element.
  const { region } = state;
  return xmlResponse('LocationConstraint', region === UNNAMED_REGION ? '' : region);
}

export async function getNotification(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  const { queues } = await requireBucket(state, bucket);
  return xmlResponse('NotificationConfiguration', notificationConfigurationElements(queues));
}

/** Sends `s3:TestEvent` to each queue, as S3 does. */
export async function putNotification(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  const queues = parseNotificationConfiguration(await readDocument(request));
  const time = new Date().toISOString();
  const notification = testEvent(request.bucket, request.requestId, time);
  const outbox = [...new Set(queues.map(({ queueArn }) => queueArn))].map((queueArn) => ({
    key: `${state.nextSequencer()}-${randomUUID()}`,
    record: { queueArn, notification },
  }));
  await changeBucket(state, request.bucket, { queues, hasOwnQueues: true }, outbox);
  await state.outbox.deliver(outbox.map(({ key }) => key));
  return emptyResponse(200);
}

export async function getCors(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  const { corsRules } = await requireBucket(state, bucket);
  if (corsRules.length > 0) return xmlResponse('CORSConfiguration', corsConfigurationElements(corsRules));
  throw new S3Error(404, 'NoSuchCORSConfiguration', 'The CORS configuration does not exist');
}

export async function putCors(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await changeBucket(state, request.bucket, {
    corsRules: parseCorsConfiguration(await readDocument(request)),
  });
  return emptyResponse(200);
}

export async function deleteCors(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await changeBucket(state, bucket, { corsRules: [] });
  return emptyResponse(204);
}

/** Versioning is never enabled, for which S3 sends an empty element. */
export async function getVersioning(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  return xmlResponse('VersioningConfiguration', {});
}

const NO_VERSIONING =
  'PutBucketVersioning with the status Enabled is not implemented by this local S3 endpoint: it keeps one version of each object; ' +
  'upload what shall stay under keys of its own, or copy it before with CopyObject.';

const versioningSchema = z.object({ Status: z.enum(['Enabled', 'Suspended']) });

/** Versioning cannot be enabled here; suspending it changes nothing. */
export async function putVersioning(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  const { Status } = parseXml(await readDocument(request), 'VersioningConfiguration', versioningSchema);
  if (Status === 'Enabled') throw new S3Error(501, 'NotImplemented', NO_VERSIONING);
  return emptyResponse(200);
}

async function changeBucket(
  state: S3State,
  name: string,
  change: Partial<BucketRecord>,
  outbox: readonly { readonly key: string; readonly record: OutboxRecord }[] = [],
): Promise<void> {
  const { metadata } = state;
  await state.lock(name, async () => {
    const bucket = await requireBucket(state, name);
    await metadata.commit([
      put(metadata.buckets, name, { ...bucket, ...change }),
      ...outbox.map(({ key, record }) => put(metadata.outbox, key, record)),
    ]);
  });
}
