import { OWNER } from './absent-configuration.ts';
import { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { type S3Response, xmlResponse } from './response.ts';
import type { S3State } from './state.ts';

/** Also where a request pages without saying how far: https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
const MAXIMUM_BUCKETS = 10_000;
const PAGING = ['max-buckets', 'continuation-token', 'prefix', 'bucket-region'] as const;

/** All buckets by their names; a page of them where the request asks for pages. */
export async function listBuckets(state: S3State, { query }: S3Request): Promise<S3Response> {
  const prefix = query.get('prefix') ?? '';
  const after = bucketOf(query.get('continuation-token'));
  const region = query.get('bucket-region');
  const limit = PAGING.some((name) => query.has(name)) ? maximumOf(query) : Number.MAX_SAFE_INTEGER;
  const all = region === null || region === state.region ? await state.metadata.buckets.values().all() : [];
  const wanted = all.filter(({ name }) => name.startsWith(prefix) && name > after);
  const page = wanted.slice(0, limit);
  return xmlResponse('ListAllMyBucketsResult', {
    Owner: OWNER,
    Buckets: {
      Bucket: page.map(({ name, created }) => ({
        Name: name,
        CreationDate: created,
        ...regionOf(state, query),
      })),
    },
    ContinuationToken:
      wanted.length > page.length ? Buffer.from(page.at(-1)?.name ?? '').toString('base64url') : undefined,
    Prefix: prefix === '' ? undefined : prefix,
  });
}

/** S3 says it in pages alone. */
function regionOf({ region }: S3State, query: URLSearchParams) {
  return PAGING.some((name) => query.has(name)) ? { BucketRegion: region } : {};
}

function maximumOf(query: URLSearchParams): number {
  const text = query.get('max-buckets') ?? String(MAXIMUM_BUCKETS);
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= MAXIMUM_BUCKETS) return number;
  const message = `Expected max-buckets from 1 to ${MAXIMUM_BUCKETS} but received "${text}".`;
  throw new S3Error(400, 'InvalidArgument', message);
}

/** @throws {S3Error} for a token that is none of a page */
function bucketOf(token: string | null): string {
  if (token === null) return '';
  const name = Buffer.from(token, 'base64url').toString();
  if (/^[a-z0-9.-]+$/.test(name)) return name;
  throw new S3Error(400, 'InvalidArgument', 'The continuation token provided is incorrect');
}
