import { CliptagError } from '../core/errors.ts';
import { UsageError } from '../terminal/exit-code.ts';
import type { NetworkAccess } from './network-access.ts';
import { portHolder } from './port-holder.ts';
import { runningPipeline } from './running-note.ts';

/** What to do about a fault at the start, where that is known; else the fault. */
export async function startError(
  error: unknown,
  { dataFolder, access }: { readonly dataFolder: string; readonly access: NetworkAccess },
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
  if (error instanceof Error && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'LEVEL_LOCKED') {
    return inUse(error, dataFolder);
  }
  return error;
}

async function inUse({ message }: Error, dataFolder: string): Promise<CliptagError> {
  const running = await runningPipeline(dataFolder);
  if (running === undefined) {
    return new UsageError([`--data: ${message}: stop what was started with it, or choose another folder`]);
  }
  return new CliptagError(
    'already-running',
    `already running at ${running.pageUrl} (PID ${running.pid}) with the data folder ${dataFolder}; one beside it: --data FOLDER --port auto`,
  );
}
