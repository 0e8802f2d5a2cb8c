import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { createPresignedPost } from '@aws-sdk/s3-presigned-post';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/** What S3 puts the file's own name for, where it stands in a form's key. */
const FILE_NAME = '\u0024{filename}';

/** What an object is sent as, whatever its uploader said of it. */
export interface PresentedAs {
  readonly mediaType: string;
  /** Whether a browser may open it in a tab; else it is saved to a file. */
  readonly isShown: boolean;
}

export interface UploadForm {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** Addresses of S3 by which whoever has them reads one object, or puts one, for a while. */
export interface S3Addresses {
  /** @param object of which the very version is read where it is known */
  ofObject(
    object: { readonly bucket: string; readonly key: string; readonly versionId?: string | undefined },
    presented: PresentedAs,
    lifetimeSeconds: number,
  ): Promise<string>;
  /** A form that puts one object, of one key and of a limited size. */
  ofUpload(
    object: { readonly bucket: string; readonly key: string; readonly mediaType?: string | undefined },
    limits: { readonly maximumBytes: number; readonly lifetimeSeconds: number },
  ): Promise<UploadForm>;
}

/**
 * Signs addresses with the client's own credentials, which must hold for as long as the addresses are to. No request is
 * sent.
 */
export function s3Addresses(config: S3Options = {}): S3Addresses {
  // A checksum of an upload that is still to come cannot be signed.
  const client = new S3Client({
    ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS),
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...config,
  });
  return {
    ofObject: ({ bucket, key, versionId }, { mediaType, isShown }, lifetimeSeconds) =>
      getSignedUrl(
        client,
        new GetObjectCommand({
          Bucket: bucket,
          Key: key,
          VersionId: versionId,
          ResponseContentType: mediaType,
          ResponseContentDisposition: isShown ? 'inline' : 'attachment',
        }),
        { expiresIn: lifetimeSeconds },
      ),
    async ofUpload({ bucket, key, mediaType }, { maximumBytes, lifetimeSeconds }) {
      // The SDK would sign a form for every key that begins as this one does.
      if (key.includes(FILE_NAME)) throw new Error(`Expected a key without ${FILE_NAME}`);
      const fields = mediaType === undefined ? {} : { 'Content-Type': mediaType };
      const conditions = [
        ['content-length-range', 1, maximumBytes] as ['content-length-range', number, number],
      ];
      return createPresignedPost(client, {
        ...{ Bucket: bucket, Key: key, Fields: fields, Conditions: conditions },
        Expires: lifetimeSeconds,
      });
    },
  };
}
