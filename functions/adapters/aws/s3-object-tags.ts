import { GetObjectTaggingCommand, PutObjectTaggingCommand, S3Client } from '@aws-sdk/client-s3';
import type { ObjectReference } from '../../core/objects/object.ts';
import type { ObjectTag, ObjectTags } from '../../core/results/object-tags.ts';
import { awsClientDefaults } from './aws-client-defaults.ts';
import { isGone, type S3Options } from './s3.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** The tags of objects; where a bucket has versions, those of the version that a reference names. */
export function s3ObjectTags(config: S3Options = {}): ObjectTags {
  const client = new S3Client({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  return {
    read: (object) =>
      unlessGone(async () => {
        const { TagSet = [] } = await client.send(new GetObjectTaggingCommand(place(object)));
        return TagSet.map(({ Key = '', Value = '' }) => ({ key: Key, value: Value }));
      }),
    write: async (object, tags) => {
      await unlessGone(() => client.send(new PutObjectTaggingCommand(putObjectTagging(object, tags))));
    },
  };
}

/** The request that replaces an object's tags. */
export function putObjectTagging(object: ObjectReference, tags: readonly ObjectTag[]) {
  return {
    ...place(object),
    Tagging: { TagSet: tags.map(({ key, value }) => ({ Key: key, Value: value })) },
  };
}

function place({ bucket, key, versionId }: ObjectReference) {
  return { Bucket: bucket, Key: key, ...(versionId === undefined ? {} : { VersionId: versionId }) };
}

async function unlessGone<Result>(send: () => Promise<Result>): Promise<Result | undefined> {
  try {
    return await send();
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}
