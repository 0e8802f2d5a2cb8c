import { noSuchKey, preconditionFailed, S3Error } from './errors.ts';
import type { ObjectRecord } from './records.ts';
import { header, type S3Request } from './request.ts';

/** The properties of an object that conditions are about. */
type Entity = Pick<ObjectRecord, 'eTag' | 'modified'>;

/**
 * Conditional writes: https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
 *
 * @throws {S3Error} `PreconditionFailed`, `NoSuchKey`, `NotImplemented`
 */
export function assertWriteConditions(request: S3Request, current: Entity | undefined): void {
  const ifNoneMatch = header(request, 'if-none-match');
  if (ifNoneMatch !== undefined && ifNoneMatch !== '*') {
    throw new S3Error(501, 'NotImplemented', 'If-None-Match on a write may only be "*".');
  }
  if (ifNoneMatch === '*' && current) throw preconditionFailed();
  const ifMatch = header(request, 'if-match');
  if (ifMatch === undefined) return;
  if (!current) throw noSuchKey();
  if (!namesETag(ifMatch, current.eTag)) throw preconditionFailed();
}

/** What a conditional read is answered with: the object, or the statement that it has not changed. */
export type ReadOutcome = 'read' | 'not-modified';

/**
 * Conditional reads. ETags take precedence over dates, as in RFC 9110, section 13.2.2.
 *
 * @throws {S3Error} `PreconditionFailed`
 */
export function readOutcome(request: S3Request, object: Entity): ReadOutcome {
  const condition = (name: string) => header(request, name);
  if (!holds(condition('if-match'), condition('if-unmodified-since'), object)) throw preconditionFailed();
  return hasChanged(condition('if-none-match'), condition('if-modified-since'), object)
    ? 'read'
    : 'not-modified';
}

/** @throws {S3Error} `PreconditionFailed` */
export function assertCopySourceConditions(request: S3Request, source: Entity): void {
  const condition = (name: string) => header(request, `x-amz-copy-source-${name}`);
  const isWanted =
    holds(condition('if-match'), condition('if-unmodified-since'), source) &&
    hasChanged(condition('if-none-match'), condition('if-modified-since'), source);
  if (!isWanted) throw preconditionFailed();
}

function holds(ifMatch: string | undefined, ifUnmodifiedSince: string | undefined, object: Entity): boolean {
  if (ifMatch !== undefined) return namesETag(ifMatch, object.eTag);
  return ifUnmodifiedSince === undefined || !isModifiedSince(object, ifUnmodifiedSince);
}

function hasChanged(
  ifNoneMatch: string | undefined,
  ifModifiedSince: string | undefined,
  object: Entity,
): boolean {
  if (ifNoneMatch !== undefined) return !namesETag(ifNoneMatch, object.eTag);
  return ifModifiedSince === undefined || isModifiedSince(object, ifModifiedSince);
}

/** A list of ETags, with or without quotes, or `*` for any. */
function namesETag(list: string, eTag: string): boolean {
  const names = list.split(',').map((name) => name.trim().replace(/^W\//, '').replaceAll('"', ''));
  return names.includes('*') || names.includes(eTag);
}

/** HTTP dates have whole seconds. A date that cannot be parsed is ignored. */
function isModifiedSince({ modified }: Entity, date: string): boolean {
  const since = Date.parse(date);
  return Number.isNaN(since) || Math.floor(Date.parse(modified) / 1000) * 1000 > since;
}
