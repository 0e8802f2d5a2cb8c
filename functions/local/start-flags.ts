import { parseArgs } from 'node:util';
import { InvalidInput } from '../core/errors.ts';

export interface StartFlags {
  readonly 's3-port': number;
  readonly 'dynamodb-port': number;
  readonly 'http-port': number;
  /** Folder of all state. */
  readonly data: string;
  readonly help: boolean;
}

const DEFAULT_PORTS = { 's3-port': 9000, 'dynamodb-port': 8000, 'http-port': 3000 } as const;
const DEFAULT_DATA_FOLDER = '.cliptag';

export const USAGE = `npm start -- [--s3-port 9000] [--dynamodb-port 8000] [--http-port 3000] [--data .cliptag]

Runs the whole pipeline on this machine. Ports are on 127.0.0.1; 0 takes a free one.
Keys: CLIPTAG_ACCESS_KEY_ID and CLIPTAG_SECRET_ACCESS_KEY, both "local" unless set.`;

/** @throws {InvalidInput} with every fault of the command line */
export function readStartFlags(args: readonly string[]): StartFlags {
  const { values } = parsed(args);
  const faults: string[] = [];
  const port = (flag: keyof typeof DEFAULT_PORTS): number => {
    const given = values[flag];
    if (given === undefined) return DEFAULT_PORTS[flag];
    const isPort = /^\d{1,5}$/.test(given) && Number(given) <= 65_535;
    if (!isPort) faults.push(`--${flag}: Expected a port from 0 to 65535 but received "${given}"`);
    return Number(given);
  };
  const flags: StartFlags = {
    's3-port': port('s3-port'),
    'dynamodb-port': port('dynamodb-port'),
    'http-port': port('http-port'),
    data: values.data ?? DEFAULT_DATA_FOLDER,
    help: values.help ?? false,
  };
  if (faults.length > 0) throw new InvalidInput('The flags cannot be used', faults);
  return flags;
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        's3-port': { type: 'string' },
        'dynamodb-port': { type: 'string' },
        'http-port': { type: 'string' },
        data: { type: 'string' },
        help: { type: 'boolean' },
      },
    });
  } catch (cause) {
    throw new InvalidInput('The flags cannot be used', [
      cause instanceof Error ? cause.message : String(cause),
    ]);
  }
}

/** One line that says what to do about a fault at the start. */
export function explainStartFault(error: unknown): string {
  const { code, port, message } = (error ?? {}) as { code?: string; port?: number; message?: string };
  if (code === 'EADDRINUSE') {
    return `Port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another with --s3-port, --dynamodb-port or --http-port`;
  }
  return message ?? String(error);
}
