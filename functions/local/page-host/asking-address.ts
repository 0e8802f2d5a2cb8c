import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Who asks, by address, and whether that is a program of this machine. */
export interface AskingAddress {
  readonly address: string;
  readonly isOfThisMachine: boolean;
}

/**
 * The address that a request comes from. A proxy on this machine says whom it asks for, in the last entry of `X-Forwarded-For`, which is
 * the one that it has put there itself, and so does one that has asked it on this machine, in the entry before; of any other address
 * nobody believes that header.
 */
export function askingAddress({
  socket,
  headers,
}: {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
  readonly headers: IncomingMessage['headers'];
}): AskingAddress {
  const peer = plain(socket.remoteAddress ?? '');
  const isPeerHere = isLoopbackAddress(peer);
  const forwarded = isPeerHere ? lastForwarded(headers) : undefined;
  if (forwarded === undefined) return { address: peer, isOfThisMachine: isPeerHere };
  // A proxy that hides whom it asks for asks for somebody all the same.
  if (isIP(forwarded) === 0) return { address: peer, isOfThisMachine: false };
  return { address: forwarded, isOfThisMachine: isLoopbackAddress(forwarded) };
}

/** Undefined where nobody asks for somebody else. */
function lastForwarded({ 'x-forwarded-for': header = '' }: IncomingMessage['headers']): string | undefined {
  const entries = String(header)
    .split(',')
    .map((entry) => plain(withoutPort(entry.trim())))
    .filter((entry) => entry !== '');
  return entries.findLast((entry) => !isLoopbackAddress(entry)) ?? entries[0];
}

/** Some proxies add it: `192.0.2.1:5678`, `[2001:db8::1]:5678`. */
function withoutPort(address: string): string {
  return address.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^(\d+(?:\.\d+){3}):\d+$/, '$1');
}

/** An address of IPv4 may be written as one of IPv6. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '');
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^127(\.\d+){3}$/.test(address);
}
