import type { Tag } from '../labels/scores.ts';
import type { ObjectReference } from '../objects/object.ts';

/** A tag as S3 keeps it at an object. */
export interface ObjectTag {
  readonly key: string;
  readonly value: string;
}

/** Keys that begin so are ours: whoever writes others never meets them. */
export const OWN_KEY_PREFIX = 'cliptag:';

/**
 * Of every tag of ours. Lifecycle rules, bucket policies and replication compare key and value exactly, so that a value
 * which changes from image to image, as a score does, would be of no use to them.
 */
const OWN_VALUE = 'yes';

/** Characters as UTF-16 counts them: https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
export const MAXIMUM_OBJECT_TAGS = 10;
const MAXIMUM_KEY_CHARACTERS = 128;

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_control_S3Tag.html */
const FORBIDDEN_CHARACTER = /[^\p{L}\p{Z}\p{N}_.:/=+\-@]/gu;

/**
 * What an object's tags are to be: those of others as they are, in their order, then ours, `cliptag:SET:LABEL` = `yes`, best
 * score first, as many as are asked for and have room beside the others. A broader label that a tag implies is a tag of its
 * own and comes as its score says; synonyms never show.
 *
 * @param limit most tags of ours, 0 to {@link MAXIMUM_OBJECT_TAGS}
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

/** Other characters than S3 takes become `_`, and what is too long is cut: two such labels may share a key. */
function ownKey({ set, label }: Tag): string {
  const key = `${OWN_KEY_PREFIX}${set}:${label}`.replace(FORBIDDEN_CHARACTER, '_');
  // What is left of a character that was cut in two is no character.
  return key
    .slice(0, MAXIMUM_KEY_CHARACTERS)
    .replace(/[\uD800-\uDBFF]$/, '')
    .trimEnd();
}

/** Whether two lists hold the same tags; their order means nothing to S3. */
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
