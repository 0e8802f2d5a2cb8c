import { parseArgs } from 'node:util';
import { InvalidInput } from '../core/errors.ts';

export interface StartFlags {
  readonly 's3-port': number;
  readonly 'dynamodb-port': number;
  readonly 'http-port': number;
  /** Folder of all state. */
  readonly data: string;
  /** Most S3 object tags that each image gets; undefined: none. */
  readonly 'object-tags': number | undefined;
  /** Whether result events are printed, one a line. */
  readonly 'result-events': boolean;
  readonly help: boolean;
}

const DEFAULT_PORTS = { 's3-port': 9000, 'dynamodb-port': 8000, 'http-port': 3000 } as const;
const DEFAULT_DATA_FOLDER = '.cliptag';

export const USAGE = `npm start -- [--s3-port 9000] [--dynamodb-port 8000] [--http-port 3000] [--data .cliptag]
                [--object-tags N] [--result-events]

Runs the whole pipeline on this machine. Ports are on 127.0.0.1; 0 takes a free one.
--object-tags N: each image gets up to N of its tags, 1 to 10, as S3 object tags.
--result-events: prints the event of each image as EventBridge would get it, one JSON value a line.
Keys: CLIPTAG_ACCESS_KEY_ID and CLIPTAG_SECRET_ACCESS_KEY, both "local" unless set.`;

const FLAGS = {
  's3-port': { type: 'string' },
  'dynamodb-port': { type: 'string' },
  'http-port': { type: 'string' },
  data: { type: 'string' },
  'object-tags': { type: 'string' },
  'result-events': { type: 'boolean' },
  help: { type: 'boolean' },
} as const;

/** @throws {InvalidInput} with every fault of the command line */
export function readStartFlags(args: readonly string[]): StartFlags {
  // Not strict: faults are gathered here, so that they are told together.
  const { values, positionals, tokens } = parseArgs({
    args: [...args],
    options: FLAGS,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const faults = positionals.map((text) => `Expected only flags but received "${text}"`);
  for (const token of tokens) {
    if (token.kind === 'option' && !(token.name in FLAGS)) faults.push(`There is no flag ${token.rawName}`);
  }
  const port = (flag: keyof typeof DEFAULT_PORTS): number => {
    const given = values[flag];
    if (given === undefined) return DEFAULT_PORTS[flag];
    const isPort = /^\d{1,5}$/.test(String(given)) && Number(given) <= 65_535;
    if (!isPort) faults.push(`--${flag}: Expected a port from 0 to 65535 but received "${given}"`);
    return Number(given);
  };
  const { data = DEFAULT_DATA_FOLDER, 'object-tags': limit } = values;
  if (limit !== undefined && !/^([1-9]|10)$/.test(String(limit))) {
    faults.push(`--object-tags: Expected a number from 1 to 10 but received "${limit}"`);
  }
  if (typeof data !== 'string' || data === '') faults.push('--data: Expected a folder');
  const flags: StartFlags = {
    's3-port': port('s3-port'),
    'dynamodb-port': port('dynamodb-port'),
    'http-port': port('http-port'),
    data: String(data),
    'object-tags': limit === undefined ? undefined : Number(limit),
    'result-events': values['result-events'] === true,
    help: values.help === true,
  };
  faults.push(...equalPorts(flags));
  if (faults.length > 0) throw new InvalidInput('The flags cannot be used', faults);
  return flags;
}

function equalPorts(flags: StartFlags): string[] {
  const names = Object.keys(DEFAULT_PORTS) as (keyof typeof DEFAULT_PORTS)[];
  return names.flatMap((name, i) => {
    const earlier = names.slice(0, i).find((other) => flags[other] === flags[name] && flags[name] !== 0);
    return earlier ? [`--${name}: Expected another port than that of --${earlier}, ${flags[name]}`] : [];
  });
}

/** One line that says what to do about a fault at the start. */
export function explainStartError(error: unknown): string {
  const { code, port, path, message } = (error ?? {}) as NodeJS.ErrnoException & { port?: number };
  if (code === 'EADDRINUSE') {
    return `Port ${port} of 127.0.0.1 is taken: stop what listens there, or choose another with --s3-port, --dynamodb-port or --http-port`;
  }
  if (code === 'EEXIST' || code === 'ENOTDIR' || code === 'EACCES' || code === 'EROFS') {
    return `--data: Expected a folder that can be written but received ${path} (${code})`;
  }
  return message ?? String(error);
}
