import type { EventPattern } from 'aws-cdk-lib/aws-events';
import type { CfnBucket } from 'aws-cdk-lib/aws-s3';

/** Which objects are tagged, by their keys. An empty list allows any key. */
export interface KeyFilter {
  readonly prefix: readonly string[];
  /** Each in lower and in upper case. */
  readonly suffix: readonly string[];
}

/** Deletions by lifecycle rules are events of their own kind. */
const OBJECT_EVENTS = ['s3:ObjectCreated:*', 's3:ObjectRemoved:*', 's3:LifecycleExpiration:*'];

/** An object has come back from an archive, where it could not be read. */
const RESTORED_EVENT = 's3:ObjectRestore:Completed';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
const MAXIMUM_NOTIFICATIONS = 100;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html */
const MAXIMUM_PATTERN = 2_048;

/** A prefix with a suffix; either may be empty. Filters of S3 and EventBridge take one such pair at a time. */
interface KeyShape {
  readonly begin: string;
  readonly end: string;
}

/**
 * The notifications that a bucket sends to its queue: one for each event and prefix with each suffix. Where they would be
 * too many, restored objects are told of whatever their keys, as they are few, and the function has the same filter.
 */
export function notifications(filter: KeyFilter, queueArn: string): CfnBucket.QueueConfigurationProperty[] {
  const shapes = keyShapes(filter);
  const notify = (event: string, shape: KeyShape) => ({ event, queue: queueArn, ...keyFilter(shape) });
  const told = OBJECT_EVENTS.flatMap((event) => shapes.map((shape) => notify(event, shape)));
  const fits = told.length + shapes.length <= MAXIMUM_NOTIFICATIONS;
  const restored = fits ? shapes : [{ begin: '', end: '' }];
  return [...told, ...restored.map((shape) => notify(RESTORED_EVENT, shape))];
}

function keyFilter({ begin, end }: KeyShape): Partial<CfnBucket.QueueConfigurationProperty> {
  const rules = [
    ...(begin ? [{ name: 'prefix', value: encodedKeyPart(begin) }] : []),
    ...(end ? [{ name: 'suffix', value: encodedKeyPart(end) }] : []),
  ];
  return rules.length > 0 ? { filter: { s3Key: { rules } } } : {};
}

/**
 * S3 wants a space as `+` and other special characters percent-encoded:
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html
 */
function encodedKeyPart(part: string): string {
  return encodeURIComponent(part).replaceAll('%2F', '/').replaceAll('%20', '+');
}

/** Matches the events of these buckets' objects in EventBridge, where keys are not encoded. */
export function eventPattern(filter: KeyFilter, bucketNames: string[]): EventPattern {
  const keys = keyShapes(filter)
    .filter(({ begin, end }) => begin + end !== '')
    .map(keyPattern);
  return {
    source: ['aws.s3'],
    detailType: ['Object Created', 'Object Deleted', 'Object Restore Completed'],
    detail: { bucket: { name: bucketNames }, ...(keys.length > 0 && { object: { key: keys } }) },
  };
}

/** The same for buckets of other accounts, which cannot speak for each other: no account can forge what comes from AWS. */
export function foreignPattern(
  filter: KeyFilter,
  buckets: readonly { readonly account: string; readonly bucketName: string }[],
): EventPattern & { readonly account: string[] } {
  const account = [...new Set(buckets.map((bucket) => bucket.account))];
  return {
    ...eventPattern(
      filter,
      buckets.map(({ bucketName }) => bucketName),
    ),
    account,
  };
}

/** Any one of several patterns for a field is enough, so a prefix and a suffix together must be one pattern. */
function keyPattern({ begin, end }: KeyShape): object {
  if (end === '') return { prefix: begin };
  return begin === '' ? { suffix: end } : { wildcard: `${escaped(begin)}*${escaped(end)}` };
}

function escaped(part: string): string {
  return part.replaceAll('\\', '\\\\');
}

/** What the filter's parts are called where they were given. */
export interface FilterNames {
  readonly bucket: string;
  readonly prefix: string;
  readonly suffix: string;
}

export const SETTING_NAMES: FilterNames = { bucket: 'bucket', prefix: 'prefix', suffix: 'suffix' };

/**
 * Tells where there are more prefixes and suffixes than S3 or EventBridge take.
 *
 * @param bucketNames names of buckets that exist already, which stand in EventBridge's pattern too
 */
export function filterFaults(
  filter: KeyFilter,
  bucketNames: readonly string[] = [],
  names: FilterNames = SETTING_NAMES,
): string[] {
  const faults: string[] = [];
  const notificationCount = notifications(filter, '').length;
  if (notificationCount > MAXIMUM_NOTIFICATIONS) {
    faults.push(
      `Expected ${names.prefix} and ${names.suffix} to make at most ${MAXIMUM_NOTIFICATIONS} notifications (${OBJECT_EVENTS.length} for each prefix with each suffix in both cases) but received ${notificationCount}`,
    );
  }
  return [...faults, ...patternFaults(eventPattern(filter, [...bucketNames]), names)];
}

/** The same for the pattern of buckets of other accounts, if there are any. */
export function foreignFaults(
  filter: KeyFilter,
  buckets: Parameters<typeof foreignPattern>[1],
  names: FilterNames,
): string[] {
  return buckets.length > 0 ? patternFaults(foreignPattern(filter, buckets), names) : [];
}

function patternFaults(pattern: EventPattern, names: FilterNames): string[] {
  const { length } = JSON.stringify(pattern);
  if (length <= MAXIMUM_PATTERN) return [];
  return [
    `Expected ${names.bucket}, ${names.prefix} and ${names.suffix} to make an event pattern of at most ${MAXIMUM_PATTERN} characters but received ${length}`,
  ];
}

function keyShapes({ prefix, suffix }: KeyFilter): KeyShape[] {
  const begins = withoutCovered(prefix, (covered, by) => covered.startsWith(by));
  const bothCases = [...new Set(suffix.flatMap((one) => [one.toLowerCase(), one.toUpperCase()]))];
  const ends = withoutCovered(bothCases, (covered, by) => covered.endsWith(by));
  return orAny(begins).flatMap((begin) => orAny(ends).map((end) => ({ begin, end })));
}

function orAny(parts: readonly string[]): readonly string[] {
  return parts.length > 0 ? parts : [''];
}

/** Leaves out `a/b/` where there is `a/`: S3 refuses filters that overlap. */
function withoutCovered(
  parts: readonly string[],
  isCovered: (covered: string, by: string) => boolean,
): readonly string[] {
  return parts.filter((part) => !parts.some((other) => other !== part && isCovered(part, other)));
}
