import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';

/** What of an answer goes on to the browser. Cookies and all that AWS says of itself do not. */
const HANDED_ON = [
  'allow',
  'cache-control',
  'content-disposition',
  'content-length',
  'content-security-policy',
  'content-type',
  'etag',
  'referrer-policy',
  'retry-after',
] as const;

/** Hands an answer on as it comes, as fast as the browser takes it. */
export async function handOn(
  answer: IncomingMessage,
  response: ServerResponse,
  changed: Readonly<Record<string, string>> = {},
): Promise<void> {
  response.statusCode = answer.statusCode ?? 502;
  for (const name of HANDED_ON) {
    const value = answer.headers[name];
    if (value !== undefined) response.setHeader(name, value);
  }
  for (const [name, value] of Object.entries(changed)) response.setHeader(name, value);
  await pipeline(answer, response);
}
