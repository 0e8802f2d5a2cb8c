import { createReadStream } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { packagePath } from '../../adapters/files/package-folder.ts';
import { CliptagError } from '../../core/errors.ts';
import { listen, stop } from '../http/loopback-server.ts';
import { controlAnswer, controlRoute } from './control-answer.ts';
import type { GalleryPorts, ShownImage } from './gallery-ports.ts';

export interface Gallery {
  readonly port: number;
  /** Shows an image on every open page. */
  show(image: ShownImage): void;
  close(): Promise<void>;
}

/** Scripts, styles and pictures come from this server only; the page's style is in the page itself. */
const CONTENT_SECURITY_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";

/**
 * Serves the page (`page.html`, `page.js`): pictures with their tags as they come, and a place to drop more. On the
 * same port programs are answered, by the routes of the control API. What either asks is answered by
 * `../pipeline-ports.ts`.
 */
export async function startGallery(port: number, ports: GalleryPorts): Promise<Gallery> {
  const pages = new Set<ServerResponse>();
  const server: Server = createServer((request, response) => {
    answer(request, response, ports, pages).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, statusOf(error), String(error));
    });
  });
  const listeningPort = await listen(server, port);
  return {
    port: listeningPort,
    show(image) {
      for (const page of pages) page.write(`event: image\ndata: ${JSON.stringify(image)}\n\n`);
    },
    close: () => stop(server),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  ports: GalleryPorts,
  pages: Set<ServerResponse>,
): Promise<void> {
  const url = requestedUrl(request);
  if (!isFromHere(request)) return sendText(response, 403, 'Only pages of this server may ask');
  const methodAndPath = `${request.method} ${url.pathname}`;
  const route = controlRoute(methodAndPath);
  if (route !== undefined) return sendJson(response, await controlAnswer(ports, route, request));
  switch (methodAndPath) {
    case 'GET /':
      return sendFile(response, 'page.html', 'text/html; charset=utf-8');
    case 'GET /page.js':
      return sendFile(response, 'page.js', 'text/javascript; charset=utf-8');
    case 'GET /images.json':
      return sendJson(response, await ports.images());
    case 'GET /events':
      return keepTelling(response, pages);
    case 'GET /thumbnail':
      return sendThumbnail(
        response,
        await ports.thumbnail({ bucket: needed(url, 'bucket'), key: neededKey(url) }),
      );
    case 'PUT /upload':
      await ports.upload(neededKey(url), request, Number(request.headers['content-length'] ?? Number.NaN));
      return sendText(response, 201, 'uploaded');
    default:
      return sendText(response, 404, `There is no ${methodAndPath}`);
  }
}

function statusOf(error: unknown): number {
  if (!(error instanceof CliptagError)) return 500;
  return error.code === 'object-gone' ? 404 : 400;
}

/** The path is appended to the origin and not resolved against it, or `//` would be a URL without a host. */
function requestedUrl({ url = '/' }: IncomingMessage): URL {
  if (!url.startsWith('/')) throw new CliptagError('invalid-request', `Expected a path but received ${url}`);
  return new URL(`http://127.0.0.1${url}`);
}

/**
 * Any web page may send requests to this machine. Another name in `Host` (DNS rebinding) or `Origin` gives it away.
 */
function isFromHere({ headers }: IncomingMessage): boolean {
  const { host = '', origin } = headers;
  return (
    /^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host) && (origin === undefined || origin === `http://${host}`)
  );
}

function needed(url: URL, name: string): string {
  const value = url.searchParams.get(name);
  if (!value) throw new CliptagError('invalid-request', `Expected the parameter ${name} in ${url.pathname}`);
  return value;
}

/** S3's limit on keys, in bytes of UTF-8. */
const MAXIMUM_KEY_BYTES = 1024;

function neededKey(url: URL): string {
  const key = needed(url, 'key');
  const bytes = Buffer.byteLength(key);
  if (bytes <= MAXIMUM_KEY_BYTES) return key;
  const message = `Expected a key of at most ${MAXIMUM_KEY_BYTES} bytes but received one of ${bytes}`;
  throw new CliptagError('invalid-request', message);
}

function keepTelling(response: ServerResponse, pages: Set<ServerResponse>): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': listening\n\n');
  pages.add(response);
  response.on('close', () => pages.delete(response));
}

function sendFile(response: ServerResponse, name: string, type: string): void {
  response.writeHead(200, {
    'content-type': type,
    'content-security-policy': CONTENT_SECURITY_POLICY,
    'x-content-type-options': 'nosniff',
  });
  createReadStream(packagePath('functions', 'local', 'gallery', name)).pipe(response);
}

function sendThumbnail(response: ServerResponse, picture: Uint8Array): void {
  response.writeHead(200, { 'content-type': 'image/webp', 'cache-control': 'private, max-age=3600' });
  response.end(picture);
}

function sendJson(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' });
  response.end(JSON.stringify(value));
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(text);
}
