import type { ChecksumAlgorithm, Checksums, ChecksumType } from './checksums.ts';
import type { CorsRule } from './cors.ts';
import type { S3Notification } from './notification.ts';
import type { QueueConfiguration } from './notification-configuration.ts';

/** The one version of each object, by S3's name for it in a bucket that has never had versioning. */
export const NULL_VERSION = 'null';

/** What the metadata tables hold. Times are ISO 8601, ETags without quotes. */
export interface BucketRecord {
  readonly name: string;
  readonly created: string;
  readonly queues: readonly QueueConfiguration[];
  /** Whether somebody has said which queues it notifies. @default it notifies those of every new bucket */
  readonly hasOwnQueues?: boolean;
  readonly corsRules: readonly CorsRule[];
}

export interface StoredBlob {
  readonly id: string;
  readonly sizeBytes: number;
  /** Those of a part of a multipart object that has a checksum. */
  readonly checksums?: Checksums;
}

export interface Tag {
  readonly Key: string;
  readonly Value: string;
}

/** What the client says about an object, besides its bytes. */
export interface ObjectDescription {
  /** Response headers: `content-type` and its kin, `x-amz-meta-*`. */
  readonly headers: Readonly<Record<string, string>>;
  readonly tags: readonly Tag[];
}

export interface ObjectRecord extends ObjectDescription {
  readonly key: string;
  readonly sizeBytes: number;
  readonly eTag: string;
  readonly modified: string;
  readonly sequencer: string;
  readonly checksums: Checksums;
  /** One for a PUT, one for each part of a multipart upload, in order. */
  readonly blobs: readonly StoredBlob[];
  /** Of an object that follows a file. No client can say it, and no copy of the object has it. */
  readonly file?: FollowedFile;
}

/** The file of a watched folder that an object was made of. */
export interface FollowedFile {
  readonly path: string;
  readonly modifiedMilliseconds: number;
}

/** The file of a copy that a client has deleted: it is not copied again until it changes. */
export interface LetGoFile {
  readonly sizeBytes: number;
  readonly modifiedMilliseconds: number;
}

/** A multipart upload that is neither completed nor aborted. */
export interface UploadRecord extends ObjectDescription {
  readonly uploadId: string;
  readonly key: string;
  readonly initiated: string;
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined;
  readonly checksumType?: ChecksumType | undefined;
}

export interface PartRecord {
  readonly number: number;
  readonly blobId: string;
  readonly sizeBytes: number;
  readonly eTag: string;
  readonly checksums: Checksums;
  readonly modified: string;
}

/** A notification that is committed but not known to be handed over. */
export interface OutboxRecord {
  readonly queueArn: string;
  readonly notification: S3Notification;
}
