import { type Agent, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import type { PlainRequest } from '../../fixtures/local-signing.ts';

export interface FuzzAnswer {
  /** `undefined` when the connection was closed without an answer. */
  readonly status: number | undefined;
  readonly text: string;
  readonly milliseconds: number;
}

/** Far above what any request takes. */
export const MAXIMUM_ANSWER_MILLISECONDS = 30_000;
const MAXIMUM_TEXT = 2_000;

/** @throws Error when no answer and no end of the connection comes in time */
export function sendRequest(
  port: number,
  { method, target, headers, body }: PlainRequest,
  agent: Agent,
): Promise<FuzzAnswer> {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const end = (status: number | undefined, text: string) => {
      clearTimeout(timer);
      resolve({ status, text, milliseconds: performance.now() - started });
    };
    const outgoing = httpRequest(
      { host: '127.0.0.1', port, method, path: target, headers, agent },
      (incoming) => {
        let text = '';
        incoming.setEncoding('utf8');
        incoming.on('data', (piece: string) => {
          if (text.length < MAXIMUM_TEXT) text += piece;
        });
        incoming.on('error', () => end(incoming.statusCode, text));
        incoming.on('close', () => end(incoming.statusCode, text));
        // A page that listens to events gets no end.
        if (incoming.headers['content-type'] === 'text/event-stream') outgoing.destroy();
      },
    );
    const timer = setTimeout(() => {
      outgoing.destroy();
      reject(new Error(`no answer to ${method} ${target} within ${MAXIMUM_ANSWER_MILLISECONDS} ms`));
    }, MAXIMUM_ANSWER_MILLISECONDS);
    outgoing.on('error', () => end(undefined, ''));
    outgoing.end(body);
  });
}

/** Sends bytes as they are, and ends the connection at the first answer or soon. */
export function sendBytes(port: number, bytes: Buffer): Promise<FuzzAnswer> {
  const started = performance.now();
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes));
    const end = () => {
      clearTimeout(timer);
      socket.destroy();
      const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(text) ?? [];
      resolve({
        status: status ? Number(status) : undefined,
        text,
        milliseconds: performance.now() - started,
      });
    };
    const timer = setTimeout(end, 50); // it may wait for more bytes, for as long as its limits say
    socket.on('data', (piece) => {
      text = piece.toString('latin1').slice(0, MAXIMUM_TEXT);
      end();
    });
    socket.on('error', end);
    socket.on('close', end);
  });
}
