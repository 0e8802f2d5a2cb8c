import type { IncomingHttpHeaders } from 'node:http';
import { uriEncodePath } from '../http/uri-encoding.ts';
import { storeBody } from './body.ts';
import { checksumAlgorithm, checksumHeaders } from './checksums.ts';
import { invalidArgument, S3Error } from './errors.ts';
import { assertAllowed, type FormPolicy, parsePolicy } from './form-policy.ts';
import { readForm, type UploadForm } from './form-reader.ts';
import { authenticateForm } from './form-signature.ts';
import { changeObject } from './object-commit.ts';
import { checkedHeaderValue, describeObject, parseTagging } from './object-description.ts';
import { plainObject } from './object-operations.ts';
import { type AuthenticatedRequest, checkedKey, header, type S3Request } from './request.ts';
import { emptyResponse, type S3Response, xmlResponse } from './response.ts';
import type { Credentials } from './signature.ts';
import { requireBucket, type S3State } from './state.ts';

/** Form fields that stand for headers of a PUT. */
const HEADER_FIELD =
  /^(x-amz-(?!(algorithm|credential|date|signature|security-token)$).+|content-type|content-md5|content-encoding|content-disposition|content-language|cache-control|expires)$/;

const FILE_NAME = /\$\{filename\}/g;

/** Whether a request is an upload by a form, which carries its signature in its body. */
export function isFormUpload({ method, bucket, key, query }: S3Request): boolean {
  const isOperation = bucket === 'WriteGetObjectResponse'; // a POST as well, to a path of its own
  return method === 'POST' && bucket !== '' && !isOperation && key === '' && query.size === 0;
}

/**
 * POST Object: what a browser's form uploads. https://docs.aws.amazon.com/AmazonS3/latest/API/RESTObjectPOST.html
 *
 * The fields are held in memory, at most 20 KiB of them; the file is not.
 */
export async function postObject(
  state: S3State,
  request: S3Request,
  credentials: Credentials,
): Promise<S3Response> {
  const form = await readForm(header(request, 'content-type') ?? '', request.body());
  try {
    const authentication = authenticateForm(form.fields, credentials);
    await requireBucket(state, request.bucket);
    const fields = withFileName(form);
    const policy = parsePolicy(fields.get('policy') ?? '');
    assertAllowed(policy, request.bucket, fields);
    const upload: AuthenticatedRequest = {
      ...request,
      key: requiredKey(fields),
      headers: headersIn(fields),
      authentication,
      body: () => withinLimits(form.file(), policy),
    };
    const expectedBytes = Math.min(policy.maximumBytes, announcedBytes(request));
    return answer(request, fields, await storeUpload(state, upload, fields.get('tagging'), expectedBytes));
  } finally {
    await form.release();
  }
}

async function storeUpload(
  state: S3State,
  upload: AuthenticatedRequest,
  tagging: string | undefined,
  expectedBytes: number,
): Promise<Stored> {
  const described = describeObject(upload);
  const description = { ...described, ...(tagging !== undefined && { tags: parseTagging(tagging) }) };
  const algorithm = header(upload, 'x-amz-checksum-algorithm');
  const algorithms = algorithm === undefined ? [] : [checksumAlgorithm(algorithm)];
  const bytes = await storeBody(upload, state.blobs, algorithms, expectedBytes);
  await changeObject(state, upload, {
    key: upload.key,
    eventName: 'ObjectCreated:Post',
    object: plainObject(bytes, description),
    newBlobIds: [bytes.blobId],
  });
  return { key: upload.key, eTag: `"${bytes.eTag}"`, headers: checksumHeaders(bytes.checksums) };
}

/** "All variables within the form are expanded before validating the POST policy." */
function withFileName({ fields, fileName }: UploadForm): ReadonlyMap<string, string> {
  const name = fileName.replace(/^.*[/\\]/s, ''); // some browsers give the whole path
  const signed = ['policy', 'x-amz-signature', 'signature'];
  return new Map(
    [...fields].map(([field, value]) => [
      field,
      signed.includes(field) ? value : value.replace(FILE_NAME, () => name),
    ]),
  );
}

function requiredKey(fields: ReadonlyMap<string, string>): string {
  const key = fields.get('key') ?? '';
  if (key === '') {
    const hint = 'If it is specified, please check the order of the fields: the file is the last one.';
    throw invalidArgument(`Bucket POST must contain a field named 'key'. ${hint}`);
  }
  return checkedKey(key);
}

function headersIn(fields: ReadonlyMap<string, string>): IncomingHttpHeaders {
  const headers = [...fields].filter(([name]) => HEADER_FIELD.test(name));
  return Object.fromEntries(headers.map(([name, value]) => [name, checkedHeaderValue(name, value)]));
}

/** @throws {S3Error} `EntityTooLarge` at the first byte too much, `EntityTooSmall` */
async function* withinLimits(
  file: AsyncIterable<Buffer>,
  { minimumBytes, maximumBytes }: FormPolicy,
): AsyncGenerator<Buffer> {
  let sizeBytes = 0;
  for await (const piece of file) {
    sizeBytes += piece.length;
    if (sizeBytes > maximumBytes) {
      const message = `Your proposed upload exceeds the maximum of ${maximumBytes} bytes that its policy allows.`;
      throw new S3Error(400, 'EntityTooLarge', message);
    }
    yield piece;
  }
  if (sizeBytes >= minimumBytes) return;
  const message = `Your proposed upload has ${sizeBytes} bytes, less than the ${minimumBytes} that its policy asks for.`;
  throw new S3Error(400, 'EntityTooSmall', message);
}

/** How much will come, as far as the client tells it: the form is a little more than its file. */
function announcedBytes(request: S3Request): number {
  return Number(header(request, 'content-length')) || 0;
}

interface Stored {
  readonly key: string;
  readonly eTag: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** As the form asks: a redirection, or a status. */
function answer(request: S3Request, fields: ReadonlyMap<string, string>, stored: Stored): S3Response {
  const { key, eTag } = stored;
  const {
    bucket,
    headers: { host = '' },
  } = request;
  const location = `http://${host}${host.startsWith(`${bucket}.`) ? '' : `/${bucket}`}/${uriEncodePath(key)}`;
  const headers = { ...stored.headers, etag: eTag, location };
  const target = redirection(fields, { bucket, key, etag: eTag });
  if (target !== undefined) return emptyResponse(303, { ...headers, location: target });
  const status = fields.get('success_action_status');
  if (status === '200') return emptyResponse(200, headers);
  if (status !== '201') return emptyResponse(204, headers);
  const document = { Location: location, Bucket: bucket, Key: key, ETag: eTag };
  return { ...xmlResponse('PostResponse', document, headers), status: 201 };
}

/** S3 does as if there were none where it is no address. */
function redirection(
  fields: ReadonlyMap<string, string>,
  parameters: Readonly<Record<string, string>>,
): string | undefined {
  const target = fields.get('success_action_redirect') ?? fields.get('redirect') ?? '';
  if (!URL.canParse(target)) return undefined;
  const url = new URL(target);
  if (!/^https?:$/.test(url.protocol)) return undefined;
  for (const [name, value] of Object.entries(parameters)) url.searchParams.append(name, value);
  return url.href;
}
