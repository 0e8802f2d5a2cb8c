import {
  type TableDescription as Described,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  type KeySchemaElement,
  ResourceNotFoundException,
} from '@aws-sdk/client-dynamodb';
import { awsClientDefaults } from './aws-client-defaults.ts';
import type { DynamoDbOptions } from './dynamodb.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 5_000;

/** A table as DynamoDB tells of it. */
export interface TableDescription {
  readonly status: string;
  /** Names of the attributes of its key with their types, as `PK (S), SK (S)`. */
  readonly key: string;
  /** Its global secondary indexes, by their names. */
  readonly indexes: ReadonlyMap<string, IndexDescription>;
  /** Attribute after whose time items are removed. @default none */
  readonly timeToLiveAttribute?: string | undefined;
  /** Write units a second that it takes at once: warm ones, or those that are provisioned. @default DynamoDB does not say */
  readonly writeUnitsPerSecond?: number | undefined;
  /** ARN of the KMS key that it is encrypted with. @default DynamoDB's own */
  readonly keyArn?: string | undefined;
  /** How it tells its changes. @default it does not */
  readonly stream?: { readonly arn: string; readonly view: string } | undefined;
}

export interface IndexDescription {
  readonly key: string;
  /** It can be queried while it is `ACTIVE` or `UPDATING`. */
  readonly status: string;
}

/**
 * What a table is like; undefined where there is none.
 *
 * @throws the SDK's exceptions when DynamoDB does not answer, or answers something else
 */
export async function tableDescription(
  TableName: string,
  config: DynamoDbOptions = {},
): Promise<TableDescription | undefined> {
  const client = new DynamoDBClient({
    ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS),
    maxAttempts: 2,
    ...config,
  });
  try {
    const { Table = {} } = await client.send(new DescribeTableCommand({ TableName }));
    const { TimeToLiveDescription = {} } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    const isOn = ['ENABLED', 'ENABLING'].includes(TimeToLiveDescription.TimeToLiveStatus ?? '');
    return {
      status: Table.TableStatus ?? 'unknown',
      key: keyOf(Table, Table.KeySchema),
      indexes: indexesOf(Table),
      timeToLiveAttribute: isOn ? TimeToLiveDescription.AttributeName : undefined,
      writeUnitsPerSecond: writeUnitsOf(Table),
      keyArn: Table.SSEDescription?.KMSMasterKeyArn,
      stream: streamOf(Table),
    };
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    throw error;
  } finally {
    client.destroy();
  }
}

function indexesOf(table: Described): TableDescription['indexes'] {
  const indexes = table.GlobalSecondaryIndexes ?? [];
  return new Map(
    indexes.map(({ IndexName = '', KeySchema, IndexStatus = 'unknown' }) => [
      IndexName,
      { key: keyOf(table, KeySchema), status: IndexStatus },
    ]),
  );
}

/** A stream that was switched off has an ARN still. */
function streamOf({ StreamSpecification, LatestStreamArn: arn }: Described): TableDescription['stream'] {
  if (!StreamSpecification?.StreamEnabled || arn === undefined) return undefined;
  return { arn, view: StreamSpecification.StreamViewType ?? 'unknown' };
}

/** An on-demand table has provisioned none, and its warm units grow with its use. */
function writeUnitsOf({ ProvisionedThroughput, WarmThroughput }: Described): number | undefined {
  return ProvisionedThroughput?.WriteCapacityUnits || WarmThroughput?.WriteUnitsPerSecond;
}

function keyOf({ AttributeDefinitions = [] }: Described, schema: readonly KeySchemaElement[] = []): string {
  const typeOf = (name: string | undefined) =>
    AttributeDefinitions.find(({ AttributeName }) => AttributeName === name)?.AttributeType;
  // The partition key stands first: https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_KeySchemaElement.html
  return schema.map(({ AttributeName }) => `${AttributeName} (${typeOf(AttributeName)})`).join(', ');
}
