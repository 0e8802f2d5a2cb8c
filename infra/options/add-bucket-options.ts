import type { IKey } from 'aws-cdk-lib/aws-kms';

/** How one more bucket is watched. */
export interface AddBucketOptions {
  /**
   * KMS keys that the bucket's objects are encrypted with, besides its own.
   * @default []
   */
  readonly keys?: readonly IKey[];
  /**
   * Whether the bucket is made to send its events to Amazon EventBridge. Not needed where it sends them already.
   * @default - as the tagger's prop `enableEventBridge` says
   */
  readonly enableEventBridge?: boolean;
}
