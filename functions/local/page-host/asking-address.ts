import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** Who asks, by address, and whether that is a program of this machine. */
export interface AskingAddress {
  readonly address: string;
  readonly isOfThisMachine: boolean;
}

/**
 * The address that a request comes from. A proxy on this machine says whom it asks for, in the last entry of `X-Forwarded-For`, which is
 * the one that it has put there itself; of any other address nobody believes that header.
 */
export function askingAddress({
  socket,
  headers,
}: {
  readonly socket: Pick<IncomingMessage['socket'], 'remoteAddress'>;
  readonly headers: IncomingMessage['headers'];
}): AskingAddress {
  const peer = plain(socket.remoteAddress ?? '');
  if (!isLoopbackAddress(peer)) return { address: peer, isOfThisMachine: false };
  const forwarded = plain(
    String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .at(-1) ?? '',
  );
  const address = isIP(forwarded) === 0 ? peer : forwarded;
  return { address, isOfThisMachine: isLoopbackAddress(address) };
}

/** An address of IPv4 may be written as one of IPv6. */
function plain(address: string): string {
  return address.trim().replace(/^::ffff:(?=\d+\.)/i, '');
}

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^127(\.\d+){3}$/.test(address);
}
