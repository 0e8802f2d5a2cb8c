/**
 * Cliptag as a construct of the AWS CDK: `import { ImageTagger } from 'cliptag'`.
 */
export { ImageTagger } from './constructs/image-tagger.ts';
export type { AddBucketOptions } from './constructs/intake/added-bucket.ts';
export type { TaggerAlarms } from './constructs/watching/alarms.ts';
export type { AnyBucket, ImageTaggerProps } from './options/image-tagger-props.ts';
