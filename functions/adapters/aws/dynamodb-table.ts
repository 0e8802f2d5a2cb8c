import {
  CreateTableCommand,
  type CreateTableCommandInput,
  DescribeTableCommand,
  DynamoDBClient,
  type DynamoDBClientConfig,
  type GlobalSecondaryIndexDescription,
  type KeySchemaElement,
  ResourceNotFoundException,
  waitUntilTableExists,
} from '@aws-sdk/client-dynamodb';
import { awsClientDefaults } from './aws-client-defaults.ts';

/** A local endpoint makes a table in milliseconds, so it is asked sooner than the SDK's waiter would ask AWS. */
const WAIT_SECONDS = { maxWaitTime: 30, minDelay: 0.02, maxDelay: 1 };

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

type TableProperty =
  | 'TableName'
  | 'AttributeDefinitions'
  | 'KeySchema'
  | 'GlobalSecondaryIndexes'
  | 'BillingMode';

/** Definition of a table: its keys, indexes and billing, without what only AWS applies (recovery, protection, expiry). */
export type TableInput = {
  readonly [Property in TableProperty]: NonNullable<CreateTableCommandInput[Property]>;
};

/** Keys of a table and of its indexes: they decide how it can be read. */
export interface TableShape {
  readonly KeySchema?: KeySchemaElement[] | undefined;
  readonly GlobalSecondaryIndexes?:
    | Pick<GlobalSecondaryIndexDescription, 'IndexName' | 'KeySchema' | 'Projection'>[]
    | undefined;
}

/**
 * The table as it stands, or `undefined` when there is none.
 *
 * @throws the SDK's exceptions for all other errors
 */
export async function describeTable(
  config: DynamoDBClientConfig,
  TableName: string,
): Promise<TableShape | undefined> {
  const client = new DynamoDBClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  try {
    return (await client.send(new DescribeTableCommand({ TableName }))).Table;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

/**
 * Creates a table and returns once it takes items.
 *
 * @throws the SDK's exceptions; `ResourceInUseException` when a table of that name exists
 */
export async function createTable(config: DynamoDBClientConfig, input: TableInput): Promise<void> {
  const client = new DynamoDBClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config });
  try {
    await client.send(new CreateTableCommand(input));
    await waitUntilTableExists({ client, ...WAIT_SECONDS }, { TableName: input.TableName });
  } finally {
    client.destroy();
  }
}
