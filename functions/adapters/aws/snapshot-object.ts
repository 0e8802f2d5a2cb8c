import { Readable } from 'node:stream';
import { GetObjectCommand, NoSuchKey, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import type { SnapshotStore } from '../../core/search/collection/snapshot-store.ts';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { S3Options } from './s3.ts';

export interface SnapshotObjectOptions {
  readonly bucket: string;
  readonly key: string;
  readonly client?: S3Options;
}

/** A part of the body that does not come for so long is given up. */
const REQUEST_TIMEOUT_MILLISECONDS = 20_000;

/** Keeps snapshots as an object of S3. Several functions may write it: each is whole, and the last one stays. */
export function snapshotObject({ bucket, key, client: config = {} }: SnapshotObjectOptions): SnapshotStore {
  const client = new S3Client({
    ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS),
    // A snapshot has a digest of its own; S3's, checked as well, would take a third of a second.
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...config,
  });
  const place = { Bucket: bucket, Key: key };
  return {
    async read() {
      try {
        const { Body } = await client.send(new GetObjectCommand(place));
        return Body as Readable | undefined;
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined;
        throw error;
      }
    },
    async write({ byteLength, chunks }) {
      await client.send(
        new PutObjectCommand({ ...place, Body: Readable.from(chunks), ContentLength: byteLength }),
      );
    },
  };
}
