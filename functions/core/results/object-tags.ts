import type { Tag } from '../labels/scores.ts';
import type { ObjectReference } from '../objects/object.ts';

/** A tag as S3 keeps it at an object. */
export interface ObjectTag {
  readonly key: string;
  readonly value: string;
}

/** Keys with this prefix are written by Cliptag alone; tags with other keys are left as they are. */
const OWN_KEY_PREFIX = 'cliptag:';

/**
 * Every one of our tags has this value. Lifecycle rules, bucket policies and replication compare key and value exactly, so
 * a value that changes from image to image, as a score does, would be of no use to them.
 */
const OWN_VALUE = 'yes';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const MAXIMUM_OBJECT_TAGS = 10;
/** In UTF-16 code units, as the same page says. */
const MAXIMUM_KEY_CHARACTERS = 128;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3Tag.html */
const FORBIDDEN_CHARACTER = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/**
 * The tags that an object is to carry: the tags of others as they are, in their order, then ours, `cliptag:SET:LABEL` =
 * `yes`, best score first, as many as the limit allows and the others leave room for. A broader label that a tag
 * implies is a tag of its own and comes where its score puts it; synonyms never show.
 *
 * @param limit maximum number of Cliptag's tags, 0 to {@link MAXIMUM_OBJECT_TAGS}
 */
export function mergedObjectTags(
  existing: readonly ObjectTag[],
  tags: readonly Tag[],
  limit: number,
): readonly ObjectTag[] {
  const foreign = existing.filter(({ key }) => !key.startsWith(OWN_KEY_PREFIX));
  const room = Math.max(0, Math.min(limit, MAXIMUM_OBJECT_TAGS - foreign.length));
  const bestFirst = [...tags].sort((a, b) => b.score - a.score);
  const keys = [...new Set(bestFirst.map(ownKey))].slice(0, room);
  return [...foreign, ...keys.map((key) => ({ key, value: OWN_VALUE }))];
}

/** Characters that S3 refuses become `_`, and a key that is too long is cut, so two such labels may share a key. */
function ownKey({ set, label }: Tag): string {
  const key = `${OWN_KEY_PREFIX}${set}:${label}`.replace(FORBIDDEN_CHARACTER, '_');
  // Half of a character that was cut in two is no character.
  return key
    .slice(0, MAXIMUM_KEY_CHARACTERS)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}

/** Whether two lists hold the same tags, in whatever order: S3 keeps none. */
export function sameObjectTags(one: readonly ObjectTag[], other: readonly ObjectTag[]): boolean {
  const values = new Map(one.map(({ key, value }) => [key, value]));
  return one.length === other.length && other.every(({ key, value }) => values.get(key) === value);
}

/** The tags that an object carries in its bucket. */
export interface ObjectTags {
  /** Undefined when the object is gone. */
  read(object: ObjectReference): Promise<readonly ObjectTag[] | undefined>;
  /** Replaces all of them; does nothing when the object is gone. */
  write(object: ObjectReference, tags: readonly ObjectTag[]): Promise<void>;
}
