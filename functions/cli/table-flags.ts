import { UsageFault } from './exit-code.ts';
import type { Flag, FlagValues } from './flags.ts';
import { LOCAL_PIPELINE } from './places.ts';
import { checkNotEmpty, checkPort } from './shared-flags.ts';

export const TABLE_FLAG = {
  type: 'string',
  value: 'NAME',
  about: 'A deployed table, asked with your AWS credentials. Default: the local pipeline.',
  check: checkNotEmpty,
} as const satisfies Flag;

export const REGION_FLAG = {
  type: 'string',
  value: 'REGION',
  about: "The deployed table's AWS region. Default: what your AWS configuration says.",
  check: checkNotEmpty,
} as const satisfies Flag;

export const DYNAMODB_PORT_FLAG = {
  type: 'string',
  value: 'PORT',
  about: `The local pipeline's DynamoDB port. Default: ${LOCAL_PIPELINE.dynamodbPort}.`,
  check: checkPort,
} as const satisfies Flag;

/** The flags of every command that reads the table. */
export const TABLE_FLAGS = {
  table: TABLE_FLAG,
  region: REGION_FLAG,
  'dynamodb-port': DYNAMODB_PORT_FLAG,
} as const;

/** Which table to ask, and where. */
export type TablePlace =
  | { readonly kind: 'local'; readonly port: number; readonly tableName: string }
  | { readonly kind: 'deployed'; readonly region: string | undefined; readonly tableName: string };

/** @throws {UsageFault} when the flags name both the local pipeline and a deployed table */
export function tablePlace(flags: FlagValues<typeof TABLE_FLAGS>): TablePlace {
  const { table, region, 'dynamodb-port': port } = flags;
  if (table !== undefined && port !== undefined) {
    throw new UsageFault(['--table is for a deployed table, --dynamodb-port for the local pipeline']);
  }
  if (table !== undefined) return { kind: 'deployed', region, tableName: table };
  if (region !== undefined) throw new UsageFault(['--region needs --table']);
  return {
    kind: 'local',
    port: Number(port ?? LOCAL_PIPELINE.dynamodbPort),
    tableName: LOCAL_PIPELINE.table,
  };
}

/**
 * The bucket that is meant where none is named: the local pipeline has but one.
 *
 * @throws {UsageFault} for a deployed table, which may know several
 */
export function bucketOf(bucket: string | undefined, { kind }: TablePlace): string {
  if (bucket !== undefined) return bucket;
  if (kind === 'local') return LOCAL_PIPELINE.bucket;
  throw new UsageFault(['--table needs --bucket: a deployed table may know several buckets']);
}
