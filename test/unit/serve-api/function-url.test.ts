import type { LambdaFunctionURLEvent } from 'aws-lambda';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { apiApp } from '../../../functions/api/api-app.ts';
import { functionUrlHandler } from '../../../functions/serve-api/function-url.ts';
import { API_SETTINGS, fakePorts } from '../../fixtures/api-ports.ts';

/** An event as AWS documents it, payload format 2.0. */
function eventOf(
  method: string,
  rawPath: string,
  rawQueryString = '',
  rest: Partial<LambdaFunctionURLEvent> = {},
): LambdaFunctionURLEvent {
  const domainName = 'abcdefghij.lambda-url.eu-central-1.on.aws';
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath,
    rawQueryString,
    headers: { host: domainName, accept: '*/*', 'x-amzn-trace-id': 'Root=1-1' },
    requestContext: {
      ...{ accountId: 'anonymous', apiId: 'abcdefghij', domainName, domainPrefix: 'abcdefghij' },
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'curl/8' },
      ...{ requestId: '1', routeKey: '$default', stage: '$default' },
      ...{ time: '30/Nov/2026:10:00:00 +0000', timeEpoch: 0 },
    },
    isBase64Encoded: false,
    ...rest,
  };
}

/** What reaches the app. */
async function seen(event: LambdaFunctionURLEvent) {
  let request: Request | undefined;
  await functionUrlHandler((asked) => {
    request = asked;
    return new Response();
  })(event);
  return request as Request;
}

describe('an event of a function URL', () => {
  it('is the request that was made', async () => {
    const request = await seen(eventOf('GET', '/api/v1/search', 'q=a%20b&limit=3'));
    expect(request.url).toBe(
      'https://abcdefghij.lambda-url.eu-central-1.on.aws/api/v1/search?q=a%20b&limit=3',
    );
    expect(request.headers.get('accept')).toBe('*/*');
  });

  it('has its body in base64, whose length was not the body’s', async () => {
    const bytes = Buffer.from([0xff, 0xd8, 0x00, 0x0a]);
    const body = { body: bytes.toString('base64'), isBase64Encoded: true };
    const headers = { 'content-type': 'image/jpeg', 'content-length': '8' };
    const request = await seen(eventOf('POST', '/api/v1/similar', '', { ...body, headers }));
    expect(Buffer.from(await request.arrayBuffer())).toEqual(bytes);
    expect(request.headers.get('content-length')).toBe('4');
    const text = await seen(eventOf('POST', '/', '', { body: '{"ü":1}' }));
    expect(await text.json()).toEqual({ ü: 1 });
  });

  it('keeps parameters that sign the address from the routes', async () => {
    const query = 'X-Amz-Algorithm=AWS4&q=x&X-Amz-Signature=abc&x-amz-date=1';
    expect(new URL((await seen(eventOf('GET', '/', query))).url).search).toBe('?q=x');
    expect(new URL((await seen(eventOf('GET', '/', 'X-Amz-Date=1'))).url).search).toBe('');
  });
});

describe('an answer', () => {
  const answered = (response: Response) => functionUrlHandler(() => response)(eventOf('GET', '/'));

  it.each([
    ['application/json', '{"ü":1}'],
    ['application/problem+json', '{}'],
    ['text/plain; charset=utf-8', 'ü'],
  ])('of %s goes out as text', async (type, body) => {
    const result = await answered(new Response(body, { status: 400, headers: { 'content-type': type } }));
    expect(result).toMatchObject({ statusCode: 400, body, isBase64Encoded: false });
    expect(result.headers).toMatchObject({ 'content-type': type });
  });

  it('of bytes goes out in base64, and one without a body as it is', async () => {
    const bytes = new Uint8Array([0xff, 0x00, 0x80]);
    const picture = await answered(new Response(bytes, { headers: { 'content-type': 'image/webp' } }));
    expect(picture).toMatchObject({ body: '/wCA', isBase64Encoded: true });
    const redirect = await answered(new Response(null, { status: 302, headers: { location: 'https://x' } }));
    expect(redirect).toMatchObject({ statusCode: 302, body: '', isBase64Encoded: false });
  });
});

it('answers every event with a problem or an answer, and throws at none', async () => {
  const app = apiApp(fakePorts(), API_SETTINGS);
  const handler = functionUrlHandler((request) => app.fetch(request));
  const path = fc.oneof(
    fc.constantFrom('/api/v1/search', '/api/v1/images', '/api/v1/similar', '/api/v1/retries', '/', '//', ''),
    fc.string().map((text) => `/${text}`),
  );
  const methods = ['GET', 'POST', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT', 'PUT', 'get', 'OTHER'];
  const event = fc.record({
    method: fc.constantFrom(...methods),
    path,
    query: fc.oneof(fc.string(), fc.constantFrom('q=%', 'q=%ff', 'bucket=photos&key=cat.jpg', '&&=', '?')),
    headers: fc.dictionary(fc.string(), fc.string()),
    body: fc.option(fc.string(), { nil: undefined }),
    isBase64Encoded: fc.boolean(),
    type: fc.constantFrom('application/json', 'image/png', 'text/html', 'application/json; charset=utf-16'),
  });
  await fc.assert(
    fc.asyncProperty(event, async ({ method, path, query, headers, body, isBase64Encoded, type }) => {
      const rest = { headers: { ...headers, 'content-type': type }, isBase64Encoded, ...(body && { body }) };
      const answer = await handler(eventOf(method, path, query, rest));
      const { statusCode = 0 } = answer;
      expect(statusCode).toBeGreaterThanOrEqual(200);
      expect(statusCode).toBeLessThan(500);
      if (statusCode >= 400 && method !== 'HEAD')
        expect(JSON.parse(answer.body ?? '')).toHaveProperty('code');
    }),
    { numRuns: 500 },
  );
});
