import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** What Lambda offers to a runtime: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html */
export interface RuntimeApi {
  /** Host and port, as AWS_LAMBDA_RUNTIME_API has them. */
  readonly address: string;
  /** Settles when the runtime asks for its first event; rejects with what it says when it can't start. */
  readonly ready: Promise<void>;
  /** Hands an event to the runtime; gives its answer, or rejects with the error that it reports. */
  invoke(event: unknown): Promise<unknown>;
  close(): void;
}

interface Invocation {
  readonly id: string;
  readonly event: unknown;
  readonly resolve: (answer: unknown) => void;
  readonly reject: (error: Error) => void;
}

const VERSION = '/2018-06-01/runtime';
const FUNCTION_ARN = 'arn:aws:lambda:us-east-1:123456789012:function:cliptag';
/** Ten times what a function has in the cloud: machines that run tests are busy, and no processor is emulated there. */
const TIMEOUT_MILLISECONDS = 600_000;

/** The Runtime API of one execution environment, on the loopback interface: one event at a time, as Lambda does. */
export async function startRuntimeApi(): Promise<RuntimeApi> {
  const waiting: Invocation[] = [];
  const running = new Map<string, Invocation>();
  let idle: ServerResponse | undefined;
  let started = () => {};
  let failed = (_: Error) => {};
  const ready = new Promise<void>((resolve, reject) => {
    started = resolve;
    failed = reject;
  });
  // A caller that does not wait for it learns of a failed start by the missing answer.
  ready.catch(() => {});

  function handOut(): void {
    const next = idle && waiting.shift();
    if (!idle || !next) return;
    running.set(next.id, next);
    idle.writeHead(200, {
      'content-type': 'application/json',
      'lambda-runtime-aws-request-id': next.id,
      'lambda-runtime-deadline-ms': String(Date.now() + TIMEOUT_MILLISECONDS),
      'lambda-runtime-invoked-function-arn': FUNCTION_ARN,
    });
    idle.end(JSON.stringify(next.event));
    idle = undefined;
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = '', outcome] = /\/invocation\/([^/]+)\/(response|error)$/.exec(request.url ?? '') ?? [];
    if (request.url === `${VERSION}/invocation/next`) {
      idle = response;
      started();
      return handOut();
    }
    const body = await text(request);
    if (request.url === `${VERSION}/init/error`) failed(new Error(body));
    if (outcome === 'response') running.get(id)?.resolve(JSON.parse(body));
    if (outcome === 'error') running.get(id)?.reject(new Error(body));
    running.delete(id);
    response.writeHead(202).end('{"status":"OK"}');
  }

  // A runtime that is killed in the midst of an answer has given none.
  const server = createServer(
    (request, response) => void answer(request, response).catch(() => request.destroy()),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    ready,
    invoke: (event) =>
      new Promise((resolve, reject) => {
        waiting.push({ id: randomUUID(), event, resolve, reject });
        handOut();
      }),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
