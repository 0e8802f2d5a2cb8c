import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { Dispatcher } from 'undici';
// The package's entry would bring its other clients, WebSockets and a cache into every function's bundle.
import Agent from 'undici/lib/dispatcher/agent.js';
import { isReset, isUnaskedContinue } from './connection-error.ts';
import { answerHandlers, type HttpAnswer } from './http-answer.ts';
import { renewedConnections } from './renewed-connections.ts';
import { queryString, type UriQuery } from './uri-query.ts';

/** A request as the AWS SDK hands it to what sends it. */
export interface SdkRequest {
  readonly method: string;
  /** With a colon: `https:`. */
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  /** Encoded as the request line has it. */
  readonly path: string;
  readonly query?: UriQuery | undefined;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

export interface ConnectionTimeouts {
  readonly connectionTimeout: number;
  /** Without an answer, or any more of one, for so long a request is given up. */
  readonly requestTimeout: number;
}

/** As the SDK's own handler has it. */
const MAXIMUM_SOCKETS = 50;
/** A connection that is not used for so long is closed, unless the service has said how long it keeps it. */
const KEPT_MILLISECONDS = 60_000;

/**
 * What sends requests for the AWS SDK, by undici's connections: a request of DynamoDB takes half of the processor's time that it
 * takes through `node:http`, which the SDK's own handler uses, and a body of some megabytes a quarter, since it is not copied on its way
 * (Node 20, undici 6). The errors are those that the SDK knows as passing.
 *
 * What meets the end of a connection that has rested is sent again at once, on a new one, and is none of the SDK's attempts. These pay
 * for 35 such ends at a time, and a function that was frozen may find all its connections ended.
 */
export function httpConnections({ connectionTimeout, requestTimeout }: ConnectionTimeouts) {
  const connections = renewedConnections(
    () =>
      new Agent({
        connect: { timeout: connectionTimeout },
        connections: MAXIMUM_SOCKETS,
        headersTimeout: requestTimeout,
        bodyTimeout: requestTimeout,
        keepAliveTimeout: KEPT_MILLISECONDS,
      }),
    KEPT_MILLISECONDS,
  );
  const timeouts = { connectionTimeout, requestTimeout, socketTimeout: requestTimeout };
  /** The SDK's own handler, for servers that undici does not speak with. */
  const byNode = new NodeHttpHandler({ ...timeouts, throwOnRequestTimeout: true });
  const nodesOrigins = new Set<string>();

  async function handle(
    request: SdkRequest,
    { abortSignal }: { readonly abortSignal?: unknown } = {},
  ): Promise<{ response: HttpAnswer }> {
    const origin = originOf(request);
    const answerOfNode = async () =>
      (await byNode.handle(request as never, { abortSignal } as never)) as never;
    if (nodesOrigins.has(origin)) return answerOfNode();
    const send = ({ dispatcher }: { readonly dispatcher: Dispatcher }) =>
      dispatched(dispatcher, { ...request, origin }, abortSignal as AbortSignal | undefined);
    const used = connections.current();
    try {
      return await send(used);
    } catch (error) {
      if (!isSentWhole(request)) throw error;
      if (isUnaskedContinue(error)) {
        nodesOrigins.add(origin);
        return answerOfNode();
      }
      if (!used.haveRested || !isReset(error)) throw error;
      connections.renew(used);
      return send(connections.current());
    }
  }
  return {
    metadata: { handlerProtocol: 'http/1.1' },
    handle,
    destroy() {
      connections.destroy();
      byNode.destroy();
    },
    updateHttpClientConfig: () => {},
    httpHandlerConfigs: () => ({}),
  };
}

function dispatched(
  dispatcher: Dispatcher,
  { origin, method, path, query, headers, body = null }: SdkRequest & { readonly origin: string },
  signal: AbortSignal | undefined,
): Promise<{ response: HttpAnswer }> {
  const request = {
    ...{ origin, headers, method: method as Dispatcher.HttpMethod },
    path: query === undefined ? path : `${path}${queryString(query)}`,
    body: body as string | Uint8Array | null,
  };
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(
      request,
      answerHandlers((response) => resolve({ response }), reject, signal),
    );
  });
}

function originOf({ protocol, hostname, port }: SdkRequest): string {
  return `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
}

/** And not as a stream, which is gone once it was sent. */
function isSentWhole({ body }: SdkRequest): boolean {
  return body === undefined || body === null || typeof body === 'string' || body instanceof Uint8Array;
}
