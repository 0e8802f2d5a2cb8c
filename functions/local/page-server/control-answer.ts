import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { checked, parseJson } from '../../core/document.ts';
import { CliptagError } from '../../core/errors.ts';
import {
  CONTROL_ROUTES,
  type ControlApi,
  type ControlExchanges,
  type ControlRoute,
  type ControlRouteName,
} from '../control-api/control-api.ts';

/** Ten messages with the longest keys take a quarter of it. */
const MAXIMUM_BODY_BYTES = 128 * 1024;

/** The route of the control API that a request names, e.g. `GET /status.json`; `undefined` when it is none of them. */
export function controlRoute(methodAndPath: string): ControlRouteName | undefined {
  const names = Object.keys(CONTROL_ROUTES) as ControlRouteName[];
  return names.find((name) => {
    const { method, path } = CONTROL_ROUTES[name];
    return methodAndPath === `${method} ${path}`;
  });
}

/** @throws {CliptagError} when the request's body is too large, or not as its route has it */
export async function controlAnswer<Name extends ControlRouteName>(
  api: ControlApi,
  name: Name,
  request: IncomingMessage,
): Promise<ControlExchanges[Name]['answer']> {
  return api[name](await requestBody(CONTROL_ROUTES[name], request));
}

async function requestBody<Body>(
  { path, request: schema }: ControlRoute<Body, unknown>,
  request: IncomingMessage,
): Promise<Body> {
  const sizeBytes = Number(request.headers['content-length'] ?? 0);
  if (!(sizeBytes <= MAXIMUM_BODY_BYTES)) {
    const message = `Expected a body of at most ${MAXIMUM_BODY_BYTES} bytes but received ${sizeBytes}`;
    throw new CliptagError('invalid-request', message);
  }
  const body = sizeBytes === 0 ? undefined : parseJson(await text(request));
  return checked(`a request to ${path}`, schema, body);
}
