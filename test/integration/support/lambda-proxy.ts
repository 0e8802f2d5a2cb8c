import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

/** Gives what a function answers; throws what it throws. */
export type FunctionRunner = (functionName: string, payload: string) => Promise<string>;

const INVOCATION = /^\/2015-03-31\/functions\/([^/]+)\/invocations/;

export interface LambdaProxy {
  readonly port: number;
  /** Says where the stand-in for AWS serves, before anything is asked. */
  standBefore(origin: string): void;
  close(): Promise<void>;
}

/** Stands before a stand-in for AWS: passes everything on but the calls of functions, which `invoke` answers. */
export async function startLambdaProxy(invoke: FunctionRunner): Promise<LambdaProxy> {
  let origin = '';
  const server = createServer((incoming, response) => {
    const [, name] = INVOCATION.exec(incoming.url ?? '') ?? [];
    const answered =
      name === undefined ? passOn(incoming, response, origin) : call(name, incoming, response, invoke);
    answered.catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (typeof address !== 'object' || !address) throw new Error('Expected a port');
  return {
    port: address.port,
    standBefore: (stated) => {
      origin = stated;
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function passOn(incoming: IncomingMessage, response: ServerResponse, origin: string): Promise<void> {
  const { method, url, headers } = incoming;
  const { hostname, port } = new URL(origin);
  const onward = request({ hostname, port, method, path: url, headers });
  incoming.pipe(onward);
  const [answer]: [IncomingMessage] = (await once(onward, 'response')) as [IncomingMessage];
  response.writeHead(answer.statusCode ?? 502, answer.headers);
  answer.pipe(response);
  await once(response, 'close');
}

async function call(
  nameOrArn: string,
  incoming: IncomingMessage,
  response: ServerResponse,
  invoke: FunctionRunner,
): Promise<void> {
  const name = decodeURIComponent(nameOrArn).split(':').at(-1) ?? '';
  try {
    const answer = await invoke(name, await text(incoming));
    response.writeHead(200, { 'content-type': 'application/json' }).end(answer);
  } catch (error) {
    // As Lambda tells of what a function has thrown.
    const { name: errorType = 'Error', message: errorMessage = String(error) } = error as Error;
    response.writeHead(200, { 'content-type': 'application/json', 'x-amz-function-error': 'Unhandled' });
    response.end(JSON.stringify({ errorType, errorMessage }));
  }
}
