/** A connection is made in milliseconds or not at all. */
const CONNECTION_TIMEOUT_MILLISECONDS = 5_000;

/**
 * What every client of the AWS SDK begins with: a service that says nothing for `requestTimeoutMilliseconds` is given up
 * and asked again, so that nothing hangs until the function times out.
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

/** That the SDK of next year wants a newer Node than ours is news for those who raise its version, not for every start. */
function silenceNodeVersionWarning(): void {
  // biome-ignore lint/style/noProcessEnv: it is written, not read, and the SDK has no other switch
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
}

/** Even where nothing is logged, the SDK copies all that comes and goes for its log: not for this client. */
export function withoutLog<Client extends { readonly middlewareStack: { remove(name: string): boolean } }>(
  client: Client,
): Client {
  client.middlewareStack.remove('loggerMiddleware');
  return client;
}
