import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readDocument } from './body.ts';
import { corsConfigurationElements, parseCorsConfiguration } from './cors.ts';
import { notImplemented, S3Error } from './errors.ts';
import { put } from './metadata.ts';
import { testEvent } from './notification.ts';
import {
  notificationConfigurationElements,
  parseNotificationConfiguration,
} from './notification-configuration.ts';
import type { BucketRecord, OutboxRecord } from './records.ts';
import type { AuthenticatedRequest, S3Request } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import { requireBucket, type S3State } from './state.ts';
import { parseXml } from './xml.ts';

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
  await changeBucket(state, request.bucket, { queues }, outbox);
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

/** Never enabled: S3 then sends the element empty. */
export async function getVersioning(state: S3State, { bucket }: S3Request): Promise<S3Response> {
  await requireBucket(state, bucket);
  return xmlResponse('VersioningConfiguration', {});
}

const versioningSchema = z.object({ Status: z.enum(['Enabled', 'Suspended']) });

/** To suspend what was never enabled changes nothing; to enable it is not to be had. */
export async function putVersioning(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await requireBucket(state, request.bucket);
  const { Status } = parseXml(await readDocument(request), 'VersioningConfiguration', versioningSchema);
  if (Status === 'Enabled') throw notImplemented('Versioning');
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
