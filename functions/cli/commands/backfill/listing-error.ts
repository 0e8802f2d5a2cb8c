import { CliptagError } from '../../../core/errors.ts';
import type { ObjectListing } from '../../../core/objects/listed-object.ts';
import { awsError } from '../../pipeline/aws-error.ts';

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
        throw listingError(scope.bucket, error, localPort);
      }
    },
  };
}

function listingError(bucket: string, cause: unknown, localPort?: number): CliptagError {
  const { name = '', code = '' } = cause as NodeJS.ErrnoException;
  if (name === 'NoSuchBucket')
    return new CliptagError('no-bucket', `there is no bucket "${bucket}"`, { cause });
  if (localPort !== undefined && code === 'ECONNREFUSED') {
    const text = `no local pipeline answers on 127.0.0.1:${localPort}: start it with cliptag start, or name a deployed one with --stack`;
    return new CliptagError('no-pipeline', text, { cause });
  }
  return awsError(`the bucket "${bucket}" cannot be listed`, 'bucket-fault', cause);
}
