import type { LambdaFunctionURLEvent, LambdaFunctionURLResult } from 'aws-lambda';

/** Answers a request, and never throws. */
export type Answer = (request: Request) => Response | Promise<Response>;

/**
 * Has an app answer the events of a function URL (payload format 2.0,
 * https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html#urls-payloads). It is our own, since hono's adapter is
 * on its way out, and answers what it cannot read with a text that is no problem.
 */
export function functionUrlHandler(answer: Answer) {
  return async (event: LambdaFunctionURLEvent): Promise<Exclude<LambdaFunctionURLResult, string>> => {
    const response = await answer(requestOf(event));
    const isText = /^(application\/(.+\+)?json|text\/.*)(;|$)/i.test(
      response.headers.get('content-type') ?? '',
    );
    const bytes = Buffer.from(await response.arrayBuffer());
    return {
      statusCode: response.status,
      headers: Object.fromEntries(response.headers),
      body: bytes.toString(isText ? 'utf8' : 'base64'),
      isBase64Encoded: !isText && bytes.length > 0,
    };
  };
}

/** Methods whose requests have no body that means anything. */
const WITHOUT_BODY = ['GET', 'HEAD'];

/** Methods that a `Request` cannot have, and that no route has. */
const IMPOSSIBLE = ['TRACE', 'TRACK', 'CONNECT'];

function requestOf(event: LambdaFunctionURLEvent): Request {
  const { domainName, http } = event.requestContext;
  const query = ownQuery(event.rawQueryString);
  const url = `https://${domainName}${event.rawPath}${query === '' ? '' : `?${query}`}`;
  const named = http.method.toUpperCase();
  const method = /^[A-Z-]+$/.test(named) && !IMPOSSIBLE.includes(named) ? named : 'OTHER';
  const headers = new Headers();
  for (const [name, value] of Object.entries(event.headers)) {
    if (value !== undefined && isHeader(name, value)) headers.append(name, value);
  }
  const body = WITHOUT_BODY.includes(method) ? undefined : bodyOf(event);
  // What it was announced by may be the length of its encoding.
  headers.delete('content-length');
  if (body) headers.set('content-length', String(body.length));
  return new Request(url, { method, headers, ...(body && { body }) });
}

/** Parameters that sign an address stand beside the route's own, and no route takes what it does not know. */
function ownQuery(rawQueryString: string): string {
  return rawQueryString
    .split('&')
    .filter((pair) => !/^x-amz-/i.test(pair))
    .join('&');
}

function bodyOf({ body, isBase64Encoded }: LambdaFunctionURLEvent): Buffer<ArrayBuffer> | undefined {
  return body ? Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') : undefined;
}

/** Whether `Headers` takes it: Lambda hands on bytes that it would throw at. */
function isHeader(name: string, value: string): boolean {
  return /^[\w!#$%&'*+.^`|~-]+$/.test(name) && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
}
