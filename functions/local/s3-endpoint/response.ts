import type { S3Error } from './errors.ts';
import type { S3Request } from './request.ts';
import { type XmlElements, xmlDocument, xmlError } from './xml.ts';

/** An answer, before it is sent. */
export interface S3Response {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | AsyncIterable<Buffer>;
  /** Called once the answer is sent or the client has gone. */
  readonly release?: () => Promise<void>;
}

export function emptyResponse(status: number, headers: Readonly<Record<string, string>> = {}): S3Response {
  return { status, headers: status === 204 ? headers : { 'content-length': '0', ...headers } };
}

export function xmlResponse(
  rootName: string,
  content: XmlElements | string,
  headers: Readonly<Record<string, string>> = {},
): S3Response {
  return textResponse(200, xmlDocument(rootName, content), headers);
}

export function errorResponse(
  error: S3Error,
  { rawPath, requestId }: Pick<S3Request, 'rawPath' | 'requestId'>,
) {
  const { status, code, message, headers } = error;
  return textResponse(
    status,
    xmlError({ Code: code, Message: message, Resource: rawPath, RequestId: requestId }),
    headers,
  );
}

function textResponse(status: number, text: string, headers: Readonly<Record<string, string>>): S3Response {
  return {
    status,
    headers: {
      'content-type': 'application/xml',
      'content-length': String(Buffer.byteLength(text)),
      ...headers,
    },
    body: text,
  };
}
