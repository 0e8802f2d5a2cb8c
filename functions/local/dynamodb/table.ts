import { isDeepStrictEqual } from 'node:util';
import {
  createTable,
  describeTable,
  type TableInput,
  type TableShape,
} from '../../adapters/aws/dynamodb-table.ts';
import type { TableDefinition } from '../synthesized-template.ts';
import type { DynamoDbEndpoint } from './dynamodb-endpoint.ts';

/**
 * Name of the table on this machine. In the cloud CloudFormation chooses one, so that a stack can be made twice.
 */
export const LOCAL_TABLE_NAME = 'cliptag';

/** Part of a signature's scope and of ARNs; an endpoint on this machine has no other region. */
export const LOCAL_REGION = 'us-east-1';

/**
 * Makes sure that the endpoint has the table which the template defines.
 *
 * @returns Whether the table is new.
 * @throws Error when there is a table with other keys or indexes, which only a new directory can change.
 */
export async function ensureTable(
  endpoint: Pick<DynamoDbEndpoint, 'url' | 'credentials'>,
  definition: TableDefinition,
  tableName: string = LOCAL_TABLE_NAME,
): Promise<boolean> {
  const client = { endpoint: endpoint.url, credentials: endpoint.credentials, region: LOCAL_REGION };
  const wanted = tableInput(definition, tableName);
  const existing = await describeTable(client, tableName);
  if (existing === undefined) {
    await createTable(client, wanted);
    return true;
  }
  const [found, expected] = [shapeOf(existing), shapeOf(wanted)];
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(
      `Expected table ${tableName} with ${JSON.stringify(expected)} but received ${JSON.stringify(found)}: ` +
        'it was made by another version; start with a new data directory',
    );
  }
  return false;
}

/** The request that makes the template's table. */
export function tableInput(definition: TableDefinition, tableName: string): TableInput {
  return { TableName: tableName, ...definition };
}

/** A description that two tables share when one can stand in for the other. */
function shapeOf(table: TableShape): object {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName = '', KeySchema, Projection }) => [
    IndexName,
    { KeySchema, projection: Projection?.ProjectionType },
  ]);
  // DynamoDB gives indexes in no particular order.
  return { KeySchema: table.KeySchema, indexes: Object.fromEntries(indexes) };
}
