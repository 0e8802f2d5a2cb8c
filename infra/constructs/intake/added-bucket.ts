import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { AddBucketOptions } from '../../options/add-bucket-options.ts';
import type { AnyBucket } from '../../options/image-tagger-props.ts';
import { fault, type Rules, readByRules } from '../../options/option-rules.ts';
import { listOf, plain } from '../../options/prop-rules.ts';
import { BUCKET, KEY } from '../../options/read-props.ts';
import { TAGGER_RULES } from '../../options/tagger-options.ts';

interface AddedBucket {
  readonly keys: readonly IKey[];
  readonly enableEventBridge: boolean | undefined;
}

const RULES: Rules<AddedBucket> = {
  keys: listOf(KEY, 'KMS keys', []),
  enableEventBridge: { ...plain(TAGGER_RULES.enableEventBridge), byDefault: undefined },
};

/** Reads what one more bucket is added with. */
export function readBucketOptions(
  bucket: AnyBucket,
  options: AddBucketOptions,
): { readonly values: AddedBucket; readonly faults: string[] } {
  const given = new Map<string, unknown>(Object.entries(options ?? {}));
  const { options: values, faults } = readByRules(RULES, (name) => given.get(name));
  const bucketFaults = BUCKET.read(bucket) ? [] : [fault('addBucket', BUCKET.expected, bucket)];
  const unknown = [...given].filter(([name]) => !Object.hasOwn(RULES, name));
  const unknownFaults = unknown.map(([name, value]) =>
    fault(name, `one of the options ${Object.keys(RULES).join(', ')}`, value),
  );
  return { values, faults: [...bucketFaults, ...unknownFaults, ...faults] };
}
