import { type ClientRequest, type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Readable } from 'node:stream';

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  /** A stream goes on as fast as the other side takes it. */
  readonly body?: Uint8Array | Readable | undefined;
  /** Breaks it off. */
  readonly signal?: AbortSignal | undefined;
}

/** A function that starts loads the table first, and has a minute for it. */
const IDLE_MILLISECONDS = 90_000;

/**
 * Sends a request with these headers and no others but `host` and `connection`, and resolves once its answer begins. Redirects are not
 * followed.
 */
export async function send(url: URL, outgoing: Outgoing): Promise<IncomingMessage> {
  try {
    return await sendOnce(url, outgoing);
  } catch (error) {
    const isStream = outgoing.body !== undefined && !(outgoing.body instanceof Uint8Array);
    if (isStream || !(error instanceof ClosedMeanwhile)) throw error;
    return sendOnce(url, outgoing);
  }
}

/** The other side has closed a connection that was kept, just when it was used again. */
class ClosedMeanwhile extends Error {}

function sendOnce(url: URL, { method, headers, body, signal }: Outgoing): Promise<IncomingMessage> {
  const request = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers, ...(signal && { signal }) });
    sent.on('response', resolve);
    sent.on('error', (error: NodeJS.ErrnoException) => {
      const isClosed = sent.reusedSocket && error.code === 'ECONNRESET';
      reject(isClosed ? new ClosedMeanwhile(error.message, { cause: error }) : error);
    });
    sent.setTimeout(IDLE_MILLISECONDS, () => {
      sent.destroy(new Error(`nothing came for ${IDLE_MILLISECONDS / 1_000} seconds`));
    });
    if (body === undefined || body instanceof Uint8Array) sent.end(body);
    else pour(body, sent);
  });
}

/** A refusal may come before the body has gone. The rest of it is then read and left, so that whoever sends it hears of that. */
function pour(body: Readable, sent: ClientRequest): void {
  const leave = () => {
    body.unpipe(sent);
    body.resume();
  };
  sent.once('error', leave);
  sent.once('close', leave);
  sent.once('response', (answer) => {
    if (sent.writableEnded || (answer.statusCode ?? 0) < 300) return;
    leave();
    answer.once('close', () => sent.destroy());
  });
  body.once('close', () => {
    if (!body.readableEnded) sent.destroy(new Error('the upload was broken off'));
  });
  body.pipe(sent);
}
