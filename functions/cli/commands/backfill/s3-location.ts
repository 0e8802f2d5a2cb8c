import type { BackfillScope } from '../../../core/backfill/plan.ts';
import { UsageError } from '../../../terminal/exit-code.ts';

/**
 * Bucket and prefix of `s3://BUCKET/PREFIX`; the prefix may be empty, and need not end with a slash.
 *
 * @throws {UsageError} for anything else, and for more than one
 */
export function s3Location(operands: readonly string[]): BackfillScope {
  const [operand = '', ...others] = operands;
  const [, bucket, prefix = ''] = /^s3:\/\/([^/]+)(?:\/(.*))?$/s.exec(operand) ?? [];
  if (bucket !== undefined && others.length === 0) return { bucket, prefix };
  const received = operands.length === 0 ? 'nothing' : `"${operands.join(' ')}"`;
  throw new UsageError([`expected one s3://BUCKET/PREFIX but received ${received}`]);
}

export function locationText({ bucket, prefix }: BackfillScope): string {
  return `s3://${bucket}/${prefix}`;
}
