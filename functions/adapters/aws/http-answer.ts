import { Readable } from 'node:stream';
import type { Dispatcher } from 'undici';
import { connectionError } from './connection-error.ts';

/** A body that is stopped and goes on costs more than what it takes in memory; few bodies are on their way at once. */
const BUFFERED_BYTES = 2 ** 20;

/** An answer, whose body may still be on its way; names of headers in lower case. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Record<string, string>;
  readonly body: Readable;
}

/** Makes an answer of what undici tells of a request, bit by bit. */
export function answerHandlers(
  resolve: (answer: HttpAnswer) => void,
  reject: (error: unknown) => void,
  signal: AbortSignal | undefined,
): Dispatcher.DispatchHandlers {
  let body: Readable | undefined;
  let stop = (_reason?: Error) => {};
  const abort = () => stop(aborted());
  const end = () => signal?.removeEventListener('abort', abort);
  return {
    onConnect(stopRequest) {
      stop = stopRequest;
      if (signal?.aborted) abort();
      else signal?.addEventListener('abort', abort, { once: true });
    },
    onHeaders(statusCode, headers, resume) {
      // 100 Continue and its like: the answer is still to come.
      if (statusCode < 200) return true;
      body = new Readable({
        highWaterMark: BUFFERED_BYTES,
        read: resume,
        destroy(error, destroyed) {
          if (!body?.readableEnded) stop(error ?? aborted());
          destroyed(error);
        },
      });
      // Who reads it is told by its reading; nobody may read it any more.
      body.on('error', () => {});
      resolve({ statusCode, headers: headersIn(headers), body });
      return true;
    },
    onData: (chunk) => body?.push(chunk) ?? true,
    onComplete() {
      end();
      body?.push(null);
    },
    onError(error) {
      end();
      if (body) body.destroy(connectionError(error));
      else reject(connectionError(error));
    },
  };
}

function aborted(): Error {
  return Object.assign(new Error('Request aborted'), { name: 'AbortError' });
}

/** Headers that come twice are joined. @param raw names and values in turn */
function headersIn(raw: readonly Buffer[] | readonly string[] | null): Record<string, string> {
  const headers: Record<string, string> = {};
  for (let at = 0; raw !== null && at + 1 < raw.length; at += 2) {
    const name = String(raw[at]).toLowerCase();
    const value = String(raw[at + 1]);
    headers[name] = name in headers ? `${headers[name]}, ${value}` : value;
  }
  return headers;
}
