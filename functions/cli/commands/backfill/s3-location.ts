import type { BackfillScope } from '../../../core/backfill/plan.ts';
import { receivedText } from '../../../terminal/flags.ts';

const LOCATION = /^s3:\/\/([^/]+)(?:\/(.*))?$/s;

/** What is wrong with operands that are not one `s3://BUCKET/PREFIX`. */
export function locationFaults(operands: readonly string[]): readonly string[] {
  const isOne = operands.length === 1 && LOCATION.test(operands[0] ?? '');
  return isOne ? [] : [`expected one s3://BUCKET/PREFIX but received ${receivedText(operands)}`];
}

/** Bucket and prefix of `s3://BUCKET/PREFIX`; the prefix may be empty, and need not end with a slash. */
export function s3Location(location: string): BackfillScope {
  const [, bucket = '', prefix = ''] = LOCATION.exec(location) ?? [];
  return { bucket, prefix };
}

export function locationText({ bucket, prefix }: BackfillScope): string {
  return `s3://${bucket}/${prefix}`;
}
