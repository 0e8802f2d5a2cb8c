import { paginateListBuckets, S3Client } from '@aws-sdk/client-s3';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 5_000;

/**
 * The names of all buckets that the configuration's account has.
 *
 * @throws the SDK's exceptions when S3 does not answer, or does not tell
 */
export async function bucketNames(config: S3Options = {}): Promise<readonly string[]> {
  const client = new S3Client({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  const names: string[] = [];
  try {
    for await (const { Buckets = [] } of paginateListBuckets({ client }, {})) {
      names.push(...Buckets.flatMap(({ Name }) => Name ?? []));
    }
    return names;
  } finally {
    client.destroy();
  }
}
