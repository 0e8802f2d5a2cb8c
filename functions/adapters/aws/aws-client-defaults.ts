import { httpConnections } from './http-connections.ts';

/** A connection is made in milliseconds or not at all. */
const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;

/**
 * Defaults for every client of the AWS SDK. A request that gets no answer for `requestTimeoutMilliseconds` is given up
 * and sent again, so that nothing hangs until the function times out.
 */
export function awsClientDefaults(requestTimeoutMilliseconds: number) {
  silenceNodeVersionWarning();
  return {
    requestHandler: {
      connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
      requestTimeout: requestTimeoutMilliseconds,
      socketTimeout: requestTimeoutMilliseconds, // once the answer has begun
      throwOnRequestTimeout: true,
    },
  };
}

/**
 * A later version of the SDK wants a newer Node. That concerns those who raise the version, and not every start.
 * The variable is written and not read; the SDK has no other switch.
 */
function silenceNodeVersionWarning(): void {
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}

/** As {@link awsClientDefaults}, with connections that cost less, for what is asked for every image. */
export function busyClientDefaults(requestTimeoutMilliseconds: number) {
  silenceNodeVersionWarning();
  const timeouts = {
    connectionTimeout: CONNECTION_TIMEOUT_MILLISECONDS,
    requestTimeout: requestTimeoutMilliseconds,
  };
  return { requestHandler: httpConnections(timeouts) };
}

/** The client without the SDK's log, for which it would copy all requests and answers even where nothing is logged. */
export function withoutLog<Client extends { readonly middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
