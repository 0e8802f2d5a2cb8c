import type { FilterNames, KeyFilter } from './upload-filter.ts';

/**
 * Bytes that names, prefixes and suffixes may take: of a function's 4,096 for all its environment
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html) the other variables take up to some 1,400.
 */
const ENVIRONMENT_ROOM = 2_600;

/**
 * Bytes that the objects which a role may read may take: one statement stands in one policy, of 6,144 characters where it does not fit
 * into the role itself (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html).
 */
const POLICY_ROOM = 5_500;

/** Tells where buckets, prefixes and suffixes are more than the functions' environment and roles have room for. */
export function roomFaults(
  { prefix, suffix }: KeyFilter,
  bucketNames: readonly string[],
  names: FilterNames,
): string[] {
  const written = Buffer.byteLength([bucketNames, prefix, suffix].map((parts) => parts.join()).join());
  const prefixes = prefix.length > 0 ? prefix : [''];
  const resources = bucketNames.flatMap((name) => prefixes.map((one) => `arn:aws:s3:::${name}/${one}*`));
  const allowed = Buffer.byteLength(JSON.stringify(resources));
  return [
    ...(written > ENVIRONMENT_ROOM
      ? [
          `Expected ${names.bucket}, ${names.prefix} and ${names.suffix} to take at most ${ENVIRONMENT_ROOM} bytes, as a function’s environment has for them, but received ${written}`,
        ]
      : []),
    ...(allowed > POLICY_ROOM
      ? [
          `Expected ${names.bucket} and ${names.prefix} to take at most ${POLICY_ROOM} bytes in a role, with an ARN for each prefix of each bucket, but received ${allowed}`,
        ]
      : []),
  ];
}
