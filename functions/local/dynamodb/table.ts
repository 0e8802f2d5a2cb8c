import { isDeepStrictEqual } from 'node:util';
import {
  createTable,
  describeTable,
  type TableInput,
  type TableShape,
} from '../../adapters/aws/dynamodb-table.ts';
import {
  type KeyAttributes,
  TABLE_DEFINITION,
  type TableDefinition,
} from '../../core/records/table-definition.ts';
import { LOCAL_PIPELINE } from '../control-api/local-pipeline.ts';
import type { DynamoDbEndpoint } from './dynamodb-endpoint.ts';

export const LOCAL_TABLE_NAME = LOCAL_PIPELINE.table;
export const LOCAL_REGION = LOCAL_PIPELINE.region;

/**
 * Makes sure that the endpoint has the table of the definition.
 *
 * @returns Whether the table is new.
 * @throws Error when there is a table of that name with other keys or indexes, for which a new folder is needed.
 */
export async function ensureTable(
  endpoint: Pick<DynamoDbEndpoint, 'url' | 'credentials'>,
  tableName: string = LOCAL_TABLE_NAME,
  definition: TableDefinition = TABLE_DEFINITION,
): Promise<boolean> {
  const client = { endpoint: endpoint.url, credentials: endpoint.credentials, region: LOCAL_REGION };
  const wanted = tableInput(tableName, definition);
  const existing = await describeTable(client, tableName);
  if (existing === undefined) {
    await createTable(client, wanted);
    return true;
  }
  const [found, expected] = [shapeOf(existing), shapeOf(wanted)];
  if (!isDeepStrictEqual(found, expected)) {
    throw new Error(
      `Expected table ${tableName} with ${JSON.stringify(expected)} but received ${JSON.stringify(found)}: ` +
        'it was made by another version; start with a new data folder',
    );
  }
  return false;
}

/** The request that makes the table of a definition. Its time to live is AWS's alone: expired items stay here. */
export function tableInput(
  tableName: string,
  { key, indexes, billingMode }: TableDefinition = TABLE_DEFINITION,
): TableInput {
  const names = [key, ...indexes].flatMap(({ partitionKey, sortKey }) => [partitionKey, sortKey]);
  return {
    TableName: tableName,
    AttributeDefinitions: [...new Set(names)].map((name) => ({ AttributeName: name, AttributeType: 'S' })),
    KeySchema: keySchema(key),
    GlobalSecondaryIndexes: indexes.map((index) => ({
      IndexName: index.name,
      KeySchema: keySchema(index),
      Projection: { ProjectionType: index.projection },
    })),
    BillingMode: billingMode,
  };
}

function keySchema({ partitionKey, sortKey }: KeyAttributes): TableInput['KeySchema'] {
  return [
    { AttributeName: partitionKey, KeyType: 'HASH' },
    { AttributeName: sortKey, KeyType: 'RANGE' },
  ];
}

/** A description that is equal for two tables when one can replace the other. */
function shapeOf(table: TableShape): object {
  const indexes = (table.GlobalSecondaryIndexes ?? []).map(({ IndexName = '', KeySchema, Projection }) => [
    IndexName,
    { KeySchema, projection: Projection?.ProjectionType },
  ]);
  // DynamoDB gives indexes in no particular order.
  return { KeySchema: table.KeySchema, indexes: Object.fromEntries(indexes) };
}
