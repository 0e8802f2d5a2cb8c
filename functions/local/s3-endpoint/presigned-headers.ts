import type { IncomingHttpHeaders } from 'node:http';
import { checkedHeaderValue } from './object-description.ts';
import type { S3Request } from './request.ts';

/**
 * Headers that clients put into the query of a presigned URL, so that whoever uses it need not send them: SDKs of
 * Version 4 all of `x-amz-*`, boto3 with Version 2 the content's type and MD5 too, and version 2 of the SDK for
 * JavaScript every header that there is.
 */
const CARRIED =
  /^(x-amz-.+|content-type|content-md5|content-encoding|content-language|content-disposition|cache-control)$/;

/** What presigns the URL. */
const SIGNING = /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token)$/;

/**
 * S3 does not look at checksums in a query, and may not: the SDK for JavaScript puts that of no bytes there, for it does
 * not know what will be uploaded. https://github.com/aws/aws-sdk/issues/480
 */
const UNSEEN = /^x-amz-(sdk-checksum-algorithm|checksum-(?!algorithm$|type$|mode$).+)$/;

/** Whether a query parameter stands for a header, where the URL is presigned. */
export function isCarriedHeader(name: string, query: URLSearchParams): boolean {
  const isPresigned = query.has('X-Amz-Signature') || query.has('Signature');
  return isPresigned && CARRIED.test(name.toLowerCase());
}

/**
 * The request of a presigned URL with the headers that its query carries. One that is sent as well counts: it has been
 * signed, or the signature would not fit.
 *
 * @throws {S3Error} `InvalidArgument` for a value that no header can have
 */
export function withCarriedHeaders<Request extends S3Request>(request: Request): Request {
  const carried: IncomingHttpHeaders = {};
  for (const [name, value] of request.query) {
    const header = name.toLowerCase();
    if (!isCarriedHeader(name, request.query) || SIGNING.test(header) || UNSEEN.test(header)) continue;
    carried[header] = checkedHeaderValue(name, value);
  }
  const sent = Object.entries(request.headers).filter(([, value]) => value !== '');
  return { ...request, headers: { ...carried, ...Object.fromEntries(sent) } };
}
