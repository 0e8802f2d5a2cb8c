import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AttributeValue,
  DynamoDBClient,
  type DynamoDBClientConfig,
  paginateQuery,
  paginateScan,
  type QueryCommandInput,
  type ScanCommandInput,
} from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { CliptagError } from '../../core/errors.ts';
import type {
  BatchReadRequest,
  Item,
  PrimaryKey,
  QueryRequest,
  ScannableTable,
  ScanPage,
  ScanRequest,
  WriteRequest,
} from '../../core/records/tag-table.ts';
import { type AttributeMap, attributesOf, itemOf } from './attribute-values.ts';
import { busyClientDefaults, withoutLog } from './aws-client-defaults.ts';
import { type DynamoDbRequests, dynamoDbRequests } from './dynamodb-requests.ts';
import { patientRetries, type RetryStrategy } from './patient-retries.ts';

/** Where DynamoDB is and who asks. @default the SDK's own chain (region and role of the function) */
export type DynamoDbOptions = Pick<
  DynamoDBClientConfig,
  'endpoint' | 'region' | 'credentials' | 'maxAttempts' | 'requestHandler'
>;

export interface DynamoDbTagTableOptions {
  readonly tableName: string;
  readonly client?: DynamoDbOptions;
  /** Called with what each write cost, in write units, indexes included. */
  readonly onWriteUnits?: (writeUnits: number) => void;
  /**
   * Time until the function is ended: requests that are refused for their rate are sent again until then.
   * @default the SDK's own few attempts
   */
  readonly remainingMilliseconds?: (() => number) | undefined;
}

type MarshalledItem = Record<string, AttributeValue>;

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;
/** Rounds of a batch read after which keys that DynamoDB keeps putting off are given up; the SDK does not retry them. */
const MAXIMUM_BATCH_ROUNDS = 8;

/**
 * Sends the requests that core builds, marshalled, to one table.
 *
 * @throws {CliptagError} `throttled` from a batch read; else the SDK's exceptions
 */
export function dynamoDbTagTable({
  tableName,
  client: config = {},
  onWriteUnits,
  remainingMilliseconds,
}: DynamoDbTagTableOptions): ScannableTable {
  const defaults = busyClientDefaults(REQUEST_TIMEOUT_MILLISECONDS);
  // `cacheMiddleware` builds each command's middleware once, which is safe where all requests go to one endpoint. With
  // it and without the log, a write takes three quarters of the time and a scanned item half (SDK 3.1164).
  const client = withoutLog(new DynamoDBClient({ ...defaults, cacheMiddleware: true, ...config }));
  if (remainingMilliseconds) retryPatiently(client, remainingMilliseconds);
  const send = dynamoDbRequests(client, tableName);
  return {
    async read({ Key, ConsistentRead }) {
      const input = { TableName: tableName, Key: attributesOf({ ...Key }), ConsistentRead };
      const { Item } = await send<{ Item?: AttributeMap }>('GetItem', input);
      return Item && itemOf(Item);
    },
    async write(request) {
      try {
        const { ConsumedCapacity } = await sendWrite(send, tableName, request, onWriteUnits !== undefined);
        onWriteUnits?.(ConsumedCapacity?.CapacityUnits ?? 0);
        return true;
      } catch (error) {
        if (error instanceof Error && error.name === 'ConditionalCheckFailedException') return false;
        throw error;
      }
    },
    readBatch: (request) => readBatch(send, tableName, request),
    query: (request) => queryPages(client, queryInput(tableName, request)),
    async count(request) {
      let count = 0;
      const input: QueryCommandInput = { ...queryInput(tableName, request), Select: 'COUNT' };
      for await (const { Count = 0 } of paginateQuery({ client }, input)) count += Count;
      return count;
    },
    scan: (request) => scanPages(client, scanInput(tableName, request)),
  };
}

/** The client asks its configuration for the strategy at each request. */
function retryPatiently({ config }: DynamoDBClient, remainingMilliseconds: () => number): void {
  const { retryStrategy } = config;
  let patient: Promise<RetryStrategy> | undefined;
  config.retryStrategy = () => {
    patient ??= retryStrategy().then((standard) =>
      patientRetries(standard as RetryStrategy, remainingMilliseconds),
    );
    return patient;
  };
}

function sendWrite(
  send: DynamoDbRequests,
  TableName: string,
  request: WriteRequest,
  reportCapacity: boolean,
): Promise<{ ConsumedCapacity?: { CapacityUnits?: number } }> {
  const { ConditionExpression, ExpressionAttributeValues } = request;
  const condition = {
    TableName,
    ConditionExpression,
    // DynamoDB refuses an empty map of values.
    ...(Object.keys(ExpressionAttributeValues).length > 0 && {
      ExpressionAttributeValues: attributesOf(ExpressionAttributeValues),
    }),
    ...(reportCapacity && { ReturnConsumedCapacity: 'TOTAL' }),
  };
  switch (request.kind) {
    case 'put':
      return send('PutItem', { ...condition, Item: attributesOf(request.Item) });
    case 'update': {
      const { UpdateExpression } = request;
      return send('UpdateItem', { ...condition, Key: attributesOf({ ...request.Key }), UpdateExpression });
    }
    case 'delete':
      return send('DeleteItem', { ...condition, Key: attributesOf({ ...request.Key }) });
  }
}

/** DynamoDB refuses an empty map of values. */
function marshalledValues(values: Item): { ExpressionAttributeValues?: MarshalledItem } {
  return Object.keys(values).length === 0 ? {} : { ExpressionAttributeValues: marshall(values) };
}

interface BatchAnswer {
  readonly Responses?: Readonly<Record<string, readonly AttributeMap[]>>;
  readonly UnprocessedKeys?: Readonly<Record<string, { readonly Keys: readonly AttributeMap[] }>>;
}

async function readBatch(
  send: DynamoDbRequests,
  tableName: string,
  { Keys, ...options }: BatchReadRequest,
): Promise<readonly Item[]> {
  // DynamoDB refuses a batch that names a key twice.
  const distinct = new Map(Keys.map((key) => [identity(key), attributesOf({ ...key })]));
  const found = new Map<string, Item>();
  let pending: readonly AttributeMap[] = [...distinct.values()];
  for (let round = 0; pending.length > 0; round++) {
    if (round === MAXIMUM_BATCH_ROUNDS) {
      throw new CliptagError('throttled', `DynamoDB put off ${pending.length} reads ${round} times`);
    }
    if (round > 0) await sleep(2 ** round * 25);
    const { Responses, UnprocessedKeys } = await send<BatchAnswer>('BatchGetItem', {
      RequestItems: { [tableName]: { Keys: pending, ...options } },
    });
    for (const item of Responses?.[tableName] ?? []) {
      const values = itemOf(item);
      found.set(identity(values), values);
    }
    pending = UnprocessedKeys?.[tableName]?.Keys ?? [];
  }
  return [...distinct.keys()].flatMap((key): Item[] => [found.get(key)].filter((item) => item !== undefined));
}

function identity(key: Partial<PrimaryKey>): string {
  return `${key.PK}\n${key.SK}`;
}

function queryInput(
  TableName: string,
  { ExpressionAttributeValues, ...request }: QueryRequest,
): QueryCommandInput {
  return { TableName, ...request, ExpressionAttributeValues: marshall(ExpressionAttributeValues) };
}

async function* queryPages(
  client: DynamoDBClient,
  input: QueryCommandInput,
): AsyncGenerator<readonly Item[]> {
  for await (const { Items = [] } of paginateQuery({ client }, input)) {
    yield Items.map((item): Item => unmarshall(item));
  }
}

function scanInput(
  TableName: string,
  { ExpressionAttributeValues = {}, ExclusiveStartKey, ...request }: ScanRequest,
): ScanCommandInput {
  return {
    TableName,
    ...request,
    ...marshalledValues(ExpressionAttributeValues),
    ...(ExclusiveStartKey && { ExclusiveStartKey: marshall(ExclusiveStartKey) }),
  };
}

async function* scanPages(client: DynamoDBClient, input: ScanCommandInput): AsyncGenerator<ScanPage> {
  for await (const { Items = [], LastEvaluatedKey } of paginateScan({ client }, input)) {
    yield {
      items: Items.map((item): Item => unmarshall(item)),
      lastKey: LastEvaluatedKey && (unmarshall(LastEvaluatedKey) as PrimaryKey),
    };
  }
}
