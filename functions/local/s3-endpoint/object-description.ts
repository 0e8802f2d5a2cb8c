import { validateHeaderName, validateHeaderValue } from 'node:http';
import { z } from 'zod';
import { invalidArgument, S3Error } from './errors.ts';
import type { ObjectDescription, Tag } from './records.ts';
import { header, type S3Request } from './request.ts';
import { emptyAsElement, oneOrMore, parseXml } from './xml.ts';

const KEPT_HEADERS = ['cache-control', 'content-disposition', 'content-language', 'expires'] as const;
const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingMetadata.html */
const MAXIMUM_METADATA_BYTES = 2048;

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-tagging.html */
const MAXIMUM_TAGS = 10;

const taggingSchema = z.object({
  TagSet: z.preprocess(
    emptyAsElement,
    z.object({
      Tag: z.preprocess(oneOrMore, z.array(z.object({ Key: z.string().min(1), Value: z.string() }))),
    }),
  ),
});

/** @throws {S3Error} `MetadataTooLarge`, `InvalidTag`; `NotImplemented` for what must not be ignored silently */
export function describeObject(request: S3Request): ObjectDescription {
  assertStorable(request);
  return { headers: descriptiveHeaders(request), tags: tagsInHeader(header(request, 'x-amz-tagging')) };
}

/** @throws {S3Error} `MalformedXML`, `InvalidTag` */
export function parseTagging(xml: string): readonly Tag[] {
  return checkedTags(parseXml(xml, 'Tagging', taggingSchema).TagSet.Tag);
}

/** `a=1&b=2` */
export function tagsInHeader(value: string | undefined): readonly Tag[] {
  return checkedTags([...new URLSearchParams(value ?? '')].map(([Key, Value]) => ({ Key, Value })));
}

/**
 * Headers that a reader asks to see instead of the stored ones, e.g. `response-content-type`.
 *
 * @throws {S3Error} `InvalidArgument` for a value that no header can carry
 */
export function overriddenHeaders(query: URLSearchParams): Record<string, string> {
  const overrides: Record<string, string> = {};
  for (const name of [...KEPT_HEADERS, 'content-type', 'content-encoding']) {
    const value = query.get(`response-${name}`);
    if (value === null) continue;
    overrides[name] = checkedHeaderValue(`response-${name}`, value);
  }
  return overrides;
}

/**
 * Text as a header has it: Node reads and writes the bytes of headers as Latin-1.
 *
 * @throws {S3Error} `InvalidArgument`
 */
export function checkedHeaderValue(name: string, text: string): string {
  const bytes = Buffer.from(text).toString('latin1');
  try {
    validateHeaderName(name);
    validateHeaderValue(name, bytes);
    return bytes;
  } catch {
    throw invalidArgument(`${name} holds a character that no header can carry.`);
  }
}

/** An object that was to be encrypted or locked is refused: storing it otherwise would be a lie. */
function assertStorable(request: S3Request): void {
  const asked = Object.keys(request.headers).find(
    (name) =>
      name.startsWith('x-amz-object-lock-') || name.startsWith('x-amz-server-side-encryption-customer-'),
  );
  if (asked)
    throw new S3Error(501, 'NotImplemented', `${asked} is not implemented by this local S3 endpoint.`);
}

function descriptiveHeaders(request: S3Request): Record<string, string> {
  const headers: Record<string, string> = {
    'content-type': header(request, 'content-type') || DEFAULT_CONTENT_TYPE,
  };
  for (const name of KEPT_HEADERS) {
    const value = header(request, name);
    if (value) headers[name] = value;
  }
  const encoding = contentEncoding(header(request, 'content-encoding') ?? '');
  if (encoding) headers['content-encoding'] = encoding;
  return { ...headers, ...userMetadata(request) };
}

/** Leaves out `aws-chunked`, which is about the request and not about the object. */
function contentEncoding(value: string): string {
  const encodings = value.split(',').map((encoding) => encoding.trim());
  return encodings.filter((encoding) => encoding !== '' && encoding !== 'aws-chunked').join(',');
}

function userMetadata(request: S3Request): Record<string, string> {
  const names = Object.keys(request.headers).filter((name) => name.startsWith('x-amz-meta-'));
  const metadata = Object.fromEntries(names.map((name) => [name, header(request, name) ?? '']));
  const bytes = Object.entries(metadata).reduce(
    (sum, [name, value]) => sum + name.length - 'x-amz-meta-'.length + value.length,
    0,
  );
  if (bytes <= MAXIMUM_METADATA_BYTES) return metadata;
  throw new S3Error(
    400,
    'MetadataTooLarge',
    `Your metadata headers hold ${bytes} bytes, more than ${MAXIMUM_METADATA_BYTES}.`,
  );
}

function checkedTags(tags: readonly Tag[]): readonly Tag[] {
  if (tags.length > MAXIMUM_TAGS)
    throw new S3Error(400, 'BadRequest', `Object tags cannot exceed ${MAXIMUM_TAGS}.`);
  const isUnique = new Set(tags.map(({ Key }) => Key)).size === tags.length;
  if (!isUnique) throw new S3Error(400, 'InvalidTag', 'Cannot provide multiple tags with the same key.');
  return tags;
}
