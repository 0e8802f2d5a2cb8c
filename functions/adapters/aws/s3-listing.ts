import { paginateListObjectsV2, S3Client } from '@aws-sdk/client-s3';
import type { ListedObject, ObjectListing } from '../../core/objects/listed-object.ts';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 30_000;

/** Lists buckets of S3, or of anything that speaks its protocol, in pages of 1,000 objects. */
export function s3ObjectListing(config: S3Options = {}): ObjectListing {
  const client = new S3Client({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  return {
    async *list({ bucket, prefix }) {
      const pages = paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix });
      for await (const { Contents = [] } of pages) {
        yield Contents.map(
          ({ Key = '', ETag = '', Size = 0, LastModified = new Date(0) }): ListedObject => ({
            bucket,
            key: Key,
            eTag: ETag.replaceAll('"', ''),
            sizeBytes: Size,
            lastModified: LastModified.toISOString(),
          }),
        );
      }
    },
  };
}
