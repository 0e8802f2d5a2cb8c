import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { UsageError } from '../../terminal/exit-code.ts';
import { checkNotEmpty, checkPort } from '../../terminal/flag-checks.ts';
import type { Flag, FlagValues } from '../../terminal/flags.ts';
import {
  bucketsOf,
  type DeployedStack,
  deployedStack,
  outputOf,
  REGION_FLAG,
  STACK_FLAG,
} from './deployed-stack.ts';

const TABLE_FLAG = {
  type: 'string',
  value: 'NAME',
  about: 'A deployed table by its own name, without a stack. Default: the local pipeline.',
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
  stack: STACK_FLAG,
  table: TABLE_FLAG,
  region: REGION_FLAG,
  'dynamodb-port': DYNAMODB_PORT_FLAG,
} as const;

/** Which table to ask, and where. */
export type TablePlace =
  | { readonly kind: 'local'; readonly port: number; readonly tableName: string }
  | {
      readonly kind: 'deployed';
      readonly region: string | undefined;
      readonly tableName: string;
      /** Undefined for a table that was named by itself. */
      readonly stack?: DeployedStack;
    };

/**
 * The table that the flags name, once {@link tableFlagFaults} has found none.
 *
 * @throws {CliptagError} when there is no such stack; see {@link deployedStack}
 */
export async function tablePlace(flags: FlagValues<typeof TABLE_FLAGS>): Promise<TablePlace> {
  const { stack: stackName, table, region, 'dynamodb-port': port } = flags;
  if (stackName !== undefined) {
    const stack = await deployedStack(stackName, region);
    return { kind: 'deployed', region, tableName: outputOf(stack, 'TagTableName'), stack };
  }
  if (table !== undefined) return { kind: 'deployed', region, tableName: table };
  return {
    kind: 'local',
    port: Number(port ?? LOCAL_PIPELINE.dynamodbPort),
    tableName: LOCAL_PIPELINE.table,
  };
}

/** What is wrong with flags that name more than one place, or half of one. */
export function tableFlagFaults({
  stack,
  table,
  region,
  'dynamodb-port': port,
}: FlagValues<typeof TABLE_FLAGS>): readonly string[] {
  const deployed = [...(stack === undefined ? [] : ['--stack']), ...(table === undefined ? [] : ['--table'])];
  const faults: string[] = [];
  if (deployed.length > 1) faults.push('--stack knows its table: expected one of --stack and --table');
  if (deployed[0] !== undefined && port !== undefined) {
    faults.push(`${deployed[0]} is for what is deployed, --dynamodb-port for the local pipeline`);
  }
  if (region !== undefined && deployed.length === 0) faults.push('--region needs --stack or --table');
  return faults;
}

/**
 * The bucket that is meant where none is named: the only one that the local pipeline or the stack has.
 *
 * @throws {UsageError} for a table without a stack, which does not tell, and for a stack with several buckets
 */
export function bucketOf(bucket: string | undefined, place: TablePlace): string {
  if (bucket !== undefined) return bucket;
  if (place.kind === 'local') return LOCAL_PIPELINE.bucket;
  if (!place.stack)
    throw new UsageError(['--table needs --bucket: a table by itself may know several buckets']);
  const [only, ...others] = bucketsOf(place.stack);
  if (only !== undefined && others.length === 0) return only;
  const names = [only, ...others].join(', ');
  throw new UsageError([`expected --bucket: the stack "${place.stack.name}" has ${names}`]);
}
