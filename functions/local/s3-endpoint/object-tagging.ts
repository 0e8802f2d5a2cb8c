import { readDocument } from './body.ts';
import { objectKey, put } from './metadata.ts';
import { parseTagging } from './object-description.ts';
import { requireObject } from './object-reads.ts';
import type { Tag } from './records.ts';
import type { AuthenticatedRequest } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import type { S3State } from './state.ts';

export async function getObjectTagging(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  const { tags } = await requireObject(state, request);
  return xmlResponse('Tagging', { TagSet: { Tag: tags.map(({ Key, Value }) => ({ Key, Value })) } });
}

export async function putObjectTagging(state: S3State, request: AuthenticatedRequest): Promise<S3Response> {
  await replaceTags(state, request, parseTagging(await readDocument(request)));
  return emptyResponse(200);
}

export async function deleteObjectTagging(
  state: S3State,
  request: AuthenticatedRequest,
): Promise<S3Response> {
  await replaceTags(state, request, []);
  return emptyResponse(204);
}

/** Tags are no new state of the object: no event, same time and sequencer. */
async function replaceTags(
  state: S3State,
  request: AuthenticatedRequest,
  tags: readonly Tag[],
): Promise<void> {
  const key = objectKey(request.bucket, request.key);
  await state.lock(key, async () => {
    const object = await requireObject(state, request);
    await state.metadata.commit([put(state.metadata.objects, key, { ...object, tags })]);
  });
}
