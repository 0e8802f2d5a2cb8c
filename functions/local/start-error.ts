import { UsageError } from '../terminal/exit-code.ts';
import { isLocked } from './data-lock.ts';
import type { NetworkAccess } from './network-access.ts';
import { portHolder } from './port-holder.ts';

/** What to do about a fault at the start, where that is known; else the fault. */
export async function startError(
  error: unknown,
  { access }: { readonly access: NetworkAccess },
): Promise<unknown> {
  const { code, port, path } = (error ?? {}) as NodeJS.ErrnoException & { port?: number };
  const { host } = access.reach;
  if (code === 'EADDRINUSE') {
    const holder = port === undefined ? undefined : await portHolder(port);
    return new UsageError([
      `port ${port} of ${host} is taken${holder === undefined ? '' : ` by ${holder}`}: stop what listens there, take the next free ports with --port auto, or choose another with --s3-port, --dynamodb-port or --http-port`,
    ]);
  }
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EINVAL') {
    return new UsageError([`--host: expected an address of this machine but received "${host}" (${code})`]);
  }
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EROFS') {
    return new UsageError([`--data: expected a folder that can be written but received ${path} (${code})`]);
  }
  // An earlier version knows no lock of the folder as a whole.
  if (isLocked(error)) {
    const { message } = error as Error;
    return new UsageError([`--data: ${message}: stop what was started with it, or choose another folder`]);
  }
  return error;
}
