import { isIP } from 'node:net';
import { hostname } from 'node:os';
import { isNameOfThisMachine } from './foreign-page.ts';
import { LOOPBACK } from './loopback-server.ts';

/** Who reaches a server: the address that it listens on, and the names by which it may be called. */
export interface Reach {
  readonly host: string;
  /**
   * Whether the header `Host` names this server.
   * @default only names of this machine do
   */
  readonly isOwnName?: ((host: string) => boolean) | undefined;
}

/** This machine alone. */
export const LOOPBACK_REACH: Reach = { host: LOOPBACK };

/** Whether only this machine reaches what listens there. */
export function isLoopback(host: string): boolean {
  return /^(localhost|::1|127(\.\d{1,3}){3})$/i.test(host);
}

/**
 * What listens on an address is called by names of this machine, by addresses, and by the names that are allowed. A page whose name
 * was made to lead here has none of them: a browser names an address only on pages of that very address.
 */
export function reachOf(host: string, allowedNames: readonly string[]): Reach {
  const machine = hostname().toLowerCase();
  const names = new Set([machine, `${machine}.local`, ...allowedNames.map((name) => name.toLowerCase())]);
  const isOwnName = (given: string) => {
    const name = given.replace(/:\d+$/, '').toLowerCase();
    return isNameOfThisMachine(given) || isIP(name.replace(/^\[(.*)\]$/, '$1')) !== 0 || names.has(name);
  };
  return { host, isOwnName };
}
