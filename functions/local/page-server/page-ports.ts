import type { IncomingMessage } from 'node:http';
import type { ImageRecord } from '../../core/records/image-record.ts';
import type { ControlApi } from '../control-api/control-api.ts';

/** What the page shows of an image. */
export interface ShownImage
  extends Pick<ImageRecord, 'bucket' | 'key' | 'status' | 'reason' | 'eTag' | 'tags' | 'recordedAt'> {
  /** Whether its tags are of another model than the pipeline's, so that scores do not compare. */
  readonly isOfOtherModel?: boolean;
}

/** What the gallery's server asks of the pipeline: for its page, and for programs (the control API). */
export interface PagePorts extends ControlApi {
  /** Some of the newest images, the newest last, so that showing them one after the other puts the newest first. */
  images(): Promise<readonly ShownImage[]>;
  /** A small WebP picture. */
  thumbnail(object: { bucket: string; key: string }): Promise<Uint8Array>;
  upload(key: string, body: IncomingMessage, sizeBytes: number): Promise<void>;
}
