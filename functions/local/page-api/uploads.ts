import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UploadAnswer, UploadRequest } from '../../api/contract.ts';
import { RefusedRequest } from '../../api/problems.ts';
import { keysLike, uploadKey } from '../../core/objects/upload-key.ts';
import type { StoredUpload } from '../page-server/page-ports.ts';
import { S3Error } from '../s3-endpoint/errors.ts';
import type { S3Endpoint } from '../s3-endpoint/s3-endpoint.ts';
import { isDiskFull } from '../store/free-space.ts';

export interface Uploads {
  start(request: UploadRequest): Promise<UploadAnswer>;
  store(request: IncomingMessage, response: ServerResponse): Promise<StoredUpload>;
}

export interface UploadsOptions {
  readonly s3: Pick<S3Endpoint, 'newObjects'>;
  readonly bucket: string;
  /** Where forms are sent, relative to the API's host. */
  readonly url: string;
}

/** Far above the largest file that is tagged; larger ones can be uploaded with `aws s3 cp`. */
const MAXIMUM_UPLOAD_BYTES = 200 * 1024 * 1024;

/** Takes files into the local bucket, each under a name of its own; what is there already is not stored twice. */
export function uploads({ s3, bucket, url }: UploadsOptions): Uploads {
  const objects = s3.newObjects({ bucket, maximumBytes: MAXIMUM_UPLOAD_BYTES, keysLike });
  return {
    async start({ name, contentType, bucket: named = bucket }) {
      if (named !== bucket)
        throw new RefusedRequest(404, 'no-bucket', `There is no bucket ${named} for uploads`);
      const { key, fields } = await objects.reserve(uploadKey(name), contentType);
      return { bucket, key, url, fields };
    },
    async store(request, response) {
      try {
        const { key, isAlreadyThere } = await objects.store(request, response);
        return { bucket, key, isAlreadyThere };
      } catch (error) {
        throw refusalOf(error);
      }
    },
  };
}

function refusalOf(error: unknown): unknown {
  if (isDiskFull(error)) return new RefusedRequest(507, 'disk-full', String(error));
  if (!(error instanceof S3Error)) return error;
  return error.code === 'EntityTooLarge'
    ? new RefusedRequest(413, 'body-too-large', error.message)
    : new RefusedRequest(error.status, 'invalid-request', error.message);
}
