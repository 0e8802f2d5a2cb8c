import { CANARY_PREFIX } from '../../functions/core/objects/canary-prefix.ts';
import { waitingFaults } from './table-throughput.ts';
import type { TaggerOptions } from './tagger-options.ts';

/** The most messages that Lambda collects without waiting: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html */
const MAXIMUM_BATCH_WITHOUT_WINDOW = 10;

/** https://docs.aws.amazon.com/lambda/latest/dg/snapstart.html */
const MAXIMUM_STORAGE_WITH_SNAPSTART_MEGABYTES = 512;

/**
 * Images that a function tags in a second at the least it should be given time for: a ViT-B/32 takes some 25 ms for a picture
 * of 2 megapixels with 3,008 MB (core/cost/measured-usage.ts), and twice that leaves room for larger ones.
 */
const IMAGES_PER_SECOND = 20;

/** What the model, decoding (core/formats/picture-layout.ts) and Node.js take beside an object's own bytes. */
const MEGABYTES_BESIDE_OBJECTS = 1_024;
const BYTES_PER_MEGABYTE = 1_048_576;

/** CloudFormation changes no table that it has not made. */
export const NO_INDEX_FOR_TABLE =
  'Expected vectorIndex to be false with table but received true: an existing table gets no index';

/** What the options are called where they were given: as settings or as props. */
export type OptionName = (option: keyof TaggerOptions) => string;

/** Options that are in range, but contradict each other. */
export function contradictions(options: TaggerOptions, nameOf: OptionName): string[] {
  const { batchSize, batchWindowSeconds, maximumConcurrency, reservedConcurrency } = options;
  const faults: string[] = [];
  if (batchSize > MAXIMUM_BATCH_WITHOUT_WINDOW && batchWindowSeconds === 0) {
    faults.push(
      `Expected a ${nameOf('batchWindowSeconds')} of at least 1 with a ${nameOf('batchSize')} of ${batchSize} but received 0`,
    );
  }
  if (reservedConcurrency !== undefined && reservedConcurrency < maximumConcurrency) {
    faults.push(
      `Expected a ${nameOf('reservedConcurrency')} of at least ${nameOf('maximumConcurrency')}, ${maximumConcurrency}, but received ${reservedConcurrency}: what lies between would be throttled`,
    );
  }
  if (options.snapStart && options.temporaryStorageMegabytes > MAXIMUM_STORAGE_WITH_SNAPSTART_MEGABYTES) {
    faults.push(
      `Expected a ${nameOf('temporaryStorageMegabytes')} of ${MAXIMUM_STORAGE_WITH_SNAPSTART_MEGABYTES} with ${nameOf('snapStart')} but received ${options.temporaryStorageMegabytes}`,
    );
  }
  if (options.snapStart && options.packaging === 'zip') {
    faults.push(
      `Expected ${nameOf('packaging')} to be container with ${nameOf('snapStart')} but received zip: Lambda makes no snapshots of its Node.js runtimes`,
    );
  }
  return [
    ...faults,
    ...canaryFaults(options, nameOf),
    ...capacityFaults(options, nameOf),
    ...waitingFaults(options, nameOf),
    ...apiContradictions(options, nameOf),
  ];
}

/** A canary whose pictures nobody tags would ring for ever. */
function canaryFaults({ canary, prefix }: TaggerOptions, nameOf: OptionName): string[] {
  if (!canary || prefix.length === 0 || prefix.some((one) => CANARY_PREFIX.startsWith(one))) return [];
  return [
    `Expected ${CANARY_PREFIX} among ${nameOf('prefix')} with ${nameOf('canary')} but received ${prefix.join(', ')}: the canary’s pictures would not be tagged`,
  ];
}

/** Its pictures go to the first bucket, and nobody lets it put any into another account's. */
export function canaryBucketFaults(canary: boolean, own: number | undefined, foreign: number): string[] {
  if (!canary || foreign === 0 || (own ?? 0) > 0) return [];
  return [
    'Expected a bucket of the stack’s account with canary but received buckets of other accounts alone: it could put no picture there',
  ];
}

/** An archive is built on nothing. */
export function baseImageFaults({
  packaging,
  baseImage,
}: Pick<TaggerOptions, 'packaging'> & { readonly baseImage: string | undefined }): string[] {
  if (packaging !== 'zip' || baseImage === undefined) return [];
  return [`Expected packaging to be container with baseImage ${baseImage} but received zip`];
}

/** More than a function has time or memory for. */
function capacityFaults(options: TaggerOptions, nameOf: OptionName): string[] {
  const { batchSize, functionTimeoutSeconds, memoryMegabytes, maximumBytes = 0 } = options;
  const faults: string[] = [];
  const mostMessages = Math.max(MAXIMUM_BATCH_WITHOUT_WINDOW, functionTimeoutSeconds * IMAGES_PER_SECOND);
  if (batchSize > mostMessages) {
    faults.push(
      `Expected a ${nameOf('batchSize')} of at most ${mostMessages}, ${IMAGES_PER_SECOND} for each second of ${nameOf('functionTimeoutSeconds')}, but received ${batchSize}: it would not be done in ${functionTimeoutSeconds} s`,
    );
  }
  const megabytes = Math.ceil(maximumBytes / BYTES_PER_MEGABYTE);
  if (megabytes + MEGABYTES_BESIDE_OBJECTS > memoryMegabytes) {
    faults.push(
      `Expected a ${nameOf('memoryMegabytes')} of at least ${megabytes + MEGABYTES_BESIDE_OBJECTS}, ${MEGABYTES_BESIDE_OBJECTS} more than ${nameOf('maximumBytes')}, but received ${memoryMegabytes}`,
    );
  }
  return faults;
}

function apiContradictions(options: TaggerOptions, nameOf: OptionName): string[] {
  const { api, apiAuth, apiWrites, apiAllowedOrigins, apiReservedConcurrency } = options;
  const faults: string[] = [];
  if (api && apiAuth === 'none' && apiWrites) {
    faults.push(
      `Expected ${nameOf('apiWrites')} to be false with ${nameOf('apiAuth')} none but received true: everybody could upload`,
    );
  }
  const isGiven = apiAuth !== 'iam' || apiAllowedOrigins.length > 0 || apiReservedConcurrency !== undefined;
  if (!api && isGiven)
    faults.push(`Expected ${nameOf('api')} to be true with options of the API but received false`);
  return faults;
}
