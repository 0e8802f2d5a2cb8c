/**
 * Cliptag as a construct of the AWS CDK: `import { ImageTagger } from 'cliptag'`.
 */
export type { ApiEndpoint } from './constructs/api/api-endpoint.ts';
export { ImageTagger } from './constructs/image-tagger.ts';
export type { TaggerAlarms } from './constructs/watching/tagger-alarms.ts';
export type { AddBucketOptions } from './options/add-bucket-options.ts';
export type { ForeignBucket } from './options/foreign-bucket.ts';
export type { AnyBucket, AnyTable, ImageTaggerProps } from './options/image-tagger-props.ts';
