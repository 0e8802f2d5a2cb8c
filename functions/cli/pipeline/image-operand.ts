import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { checkNotEmpty } from '../../terminal/flag-checks.ts';
import type { Flag } from '../../terminal/flags.ts';
import { bucketOf, type TablePlace } from './table-flags.ts';

/** The flag of every command that takes an image by its key. */
export const BUCKET_OF_KEY_FLAG = {
  type: 'string',
  value: 'B',
  about: `The bucket of a KEY; the only one by default (${LOCAL_PIPELINE.bucket} in the local pipeline).`,
  check: checkNotEmpty,
} as const satisfies Flag;

const OBJECT_URL = /^s3:\/\/([^/]+)\/(.+)$/s;

/** The image that an address names; undefined for what is no such address. */
export function imageUrl(text: string): { readonly bucket: string; readonly key: string } | undefined {
  const [, bucket, key] = OBJECT_URL.exec(text) ?? [];
  return bucket === undefined || key === undefined ? undefined : { bucket, key };
}

/** What is wrong with the operands of a command that takes one image. */
export function imageOperandFaults([name, ...others]: readonly string[]): readonly string[] {
  if (!name || others.length > 0) return ['expected one KEY or s3://BUCKET/KEY'];
  const isBadUrl = name.startsWith('s3://') && !imageUrl(name);
  return isBadUrl ? [`expected s3://BUCKET/KEY but received "${name}"`] : [];
}

/**
 * The image that an operand names, once {@link imageOperandFaults} has found none.
 *
 * @throws {UsageError} as {@link bucketOf} does
 */
export function imageNamed(
  name: string,
  flagBucket: string | undefined,
  place: TablePlace,
): { readonly bucket: string; readonly key: string } {
  return imageUrl(name) ?? { bucket: bucketOf(flagBucket, place), key: name };
}
