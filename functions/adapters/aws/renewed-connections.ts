import type { Dispatcher } from 'undici';

/** Connections that were made since the last were given up. */
export interface Connections {
  readonly dispatcher: Dispatcher;
  /** Whether they rested for a while: the other side may have closed some of them, and nobody heard of it. */
  readonly haveRested: boolean;
}

export interface RenewedConnections {
  /** Those for a request that is sent now. */
  current(): Connections;
  /** Gives connections up, unless that is done. What is on its way by them comes to its end. */
  renew(connections: Connections): void;
  destroy(): void;
}

/** From then on a reset may be of the time of rest. */
const REST_MILLISECONDS = 200;

/**
 * Connections of a process that may be frozen at any moment, as Lambda freezes a function between two invocations: neither
 * timers nor the ends of connections are heard meanwhile, and of all that goes on the wall clock alone tells of it afterwards.
 *
 * https://docs.aws.amazon.com/lambda/latest/dg/best-practices.html: "Lambda purges idle connections over time"
 *
 * @param keptMilliseconds those that rested for so long are not used again
 */
export function renewedConnections(make: () => Dispatcher, keptMilliseconds: number): RenewedConnections {
  let current = { dispatcher: make(), haveRested: false };
  let lastUsed = Date.now();

  function renew(connections: Connections): void {
    if (connections !== current) return;
    const { dispatcher } = current;
    current = { dispatcher: make(), haveRested: false };
    dispatcher.close().catch(() => {});
  }
  return {
    current() {
      const now = Date.now();
      // A clock that is put right may go back.
      const restedMilliseconds = Math.abs(now - lastUsed);
      lastUsed = now;
      if (restedMilliseconds > keptMilliseconds) renew(current);
      else if (restedMilliseconds > REST_MILLISECONDS) current.haveRested = true;
      return current;
    },
    renew,
    destroy: () => void current.dispatcher.destroy(),
  };
}
