import type { IncomingMessage, ServerResponse } from 'node:http';
import { CliptagError } from '../../core/errors.ts';
import { findForeignPage, OWN_PAGES_ONLY } from '../http/foreign-page.ts';
import { createLocalServer, listen, stop } from '../http/loopback-server.ts';
import { controlAnswer, controlRoute } from './control-answer.ts';
import { openPageFiles, type PageFile, type PageFiles } from './page-files.ts';
import type { PagePorts, ShownImage } from './page-ports.ts';

export interface PageServer {
  readonly port: number;
  /** Shows an image on every open page. */
  show(image: ShownImage): void;
  close(): Promise<void>;
}

/** A page that reads nothing of what it is told, as one in a tab that sleeps, is cut off at this many bytes. */
const MAXIMUM_UNREAD_BYTES = 1024 * 1024;

/**
 * Serves the page (`page.html`, `page.js`): pictures with their tags as they come, and a place to drop more. On the
 * same port programs are answered, by the routes of the control API. What either asks is answered by
 * `../pipeline-ports.ts`.
 */
export async function startPageServer(port: number, ports: PagePorts): Promise<PageServer> {
  const pages = new Set<ServerResponse>();
  const server = createLocalServer((request, response) => {
    answer(request, response, { ports, files, pages }).catch((error: unknown) => {
      if (response.headersSent) response.destroy();
      else sendText(response, statusOf(error), String(error));
    });
  });
  const listeningPort = await listen(server, port);
  const files = openPageFiles();
  return {
    port: listeningPort,
    show(image) {
      for (const page of pages) {
        if (page.writableLength > MAXIMUM_UNREAD_BYTES) page.destroy();
        else page.write(`event: image\ndata: ${JSON.stringify(image)}\n\n`);
      }
    },
    close: () => stop(server),
  };
}

interface Answering {
  readonly ports: PagePorts;
  readonly files: PageFiles;
  /** Open pages, which are told of images. */
  readonly pages: Set<ServerResponse>;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { ports, files, pages }: Answering,
): Promise<void> {
  const headers = {
    ...OWN_PAGES_ONLY,
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  };
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  const url = requestedUrl(request);
  const methodAndPath = `${request.method} ${url.pathname}`;
  // The page shows nothing to a page that links to it, and asks for all the rest by itself.
  const fault = findForeignPage(request.headers, { isLinked: methodAndPath === 'GET /' });
  if (fault !== undefined) return sendText(response, 403, fault);
  const file = request.method === 'GET' ? await files.find(url.pathname) : undefined;
  if (file !== undefined) return sendFile(request, response, file);
  const route = controlRoute(methodAndPath);
  if (route !== undefined) return sendJson(response, await controlAnswer(ports, route, request));
  switch (methodAndPath) {
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

function sendFile({ headers }: IncomingMessage, response: ServerResponse, file: PageFile): void {
  const isKnown = file.headers.etag !== undefined && headers['if-none-match'] === file.headers.etag;
  response.writeHead(isKnown ? 304 : 200, file.headers).end(isKnown ? undefined : file.bytes);
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
