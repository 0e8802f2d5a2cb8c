import { bucketNames } from '../../../adapters/aws/bucket-names.ts';
import { CliptagError } from '../../../core/errors.ts';
import type { ObjectListing } from '../../../core/objects/listed-object.ts';
import { awsError } from '../../pipeline/aws-error.ts';
import { localS3 } from '../../pipeline/local-s3.ts';
import { missingBucket } from '../../pipeline/missing-bucket.ts';

/**
 * A listing whose faults say what is wrong with the bucket.
 *
 * @param localPort port of the local pipeline's S3 endpoint; undefined for a deployed bucket
 * @throws {CliptagError} while listing: `no-bucket`, `no-pipeline`, `no-access` or `bucket-fault`
 */
export function explained(listing: ObjectListing, localPort?: number): ObjectListing {
  return {
    async *list(scope) {
      try {
        yield* listing.list(scope);
      } catch (error) {
        throw await listingError(scope.bucket, error, localPort);
      }
    },
  };
}

async function listingError(bucket: string, cause: unknown, localPort?: number): Promise<CliptagError> {
  const { name = '', code = '' } = cause as NodeJS.ErrnoException;
  if (name === 'NoSuchBucket') return missingBucket(bucket, await bucketsAt(localPort), { cause });
  if (localPort !== undefined && code === 'ECONNREFUSED') {
    const text = `no local pipeline answers on 127.0.0.1:${localPort}: start it with cliptag start, or name a deployed one with --stack`;
    return new CliptagError('no-pipeline', text, { cause });
  }
  return awsError(`the bucket "${bucket}" cannot be listed`, 'bucket-fault', cause);
}

/** Of the local pipeline; what is deployed has told its buckets before. */
async function bucketsAt(localPort: number | undefined): Promise<readonly string[]> {
  if (localPort === undefined) return [];
  return bucketNames(localS3(`http://127.0.0.1:${localPort}`)).catch(() => []);
}
