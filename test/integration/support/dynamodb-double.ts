import { Readable } from 'node:stream';
import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import type { Item, PrimaryKey, WriteRequest } from '../../../functions/core/records/tag-table.ts';
import type { InMemoryTable } from '../../unit/core/in-memory-table.ts';

/** What becomes of a request: `put-off` puts off keys of a batch, `lost` loses the answer, `busy` and `failed` do nothing. */
export type Mishap = 'none' | 'put-off' | 'lost' | 'busy' | 'failed';

type Body = Readonly<Record<string, unknown>>;
type Marshalled = Parameters<typeof unmarshall>[0];

/**
 * A table in memory behind DynamoDB's protocol: what the AWS SDK sends is answered without a network, and goes wrong as
 * `mishapOf` says. The SDK then sends requests again, and the adapter asks again for keys that were put off.
 */
export function dynamoDbDouble(table: InMemoryTable, mishapOf: () => Mishap): DynamoDBClientConfig {
  const requestHandler = {
    async handle(request: { headers: Record<string, string>; body?: unknown }) {
      const headerOf = (wanted: string) =>
        Object.entries(request.headers).find(([name]) => name.toLowerCase() === wanted);
      const target = headerOf('x-amz-target');
      // The SDK's last attempt goes well: runs that are told of a fault are played elsewhere.
      const isLast = /attempt=(\d+); max=\1/.test(headerOf('amz-sdk-request')?.[1] ?? '');
      const mishap = isLast ? 'none' : mishapOf();
      if (mishap === 'busy') return answer(400, { __type: `${ERROR}ProvisionedThroughputExceededException` });
      if (mishap === 'failed') return answer(500, { __type: `${ERROR}InternalServerError` });
      const body: Body = JSON.parse(textOf(request.body));
      const result = await answerOf(table, target?.[1].split('.')[1] ?? '', body, mishap);
      if (mishap === 'lost') throw Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
      return result;
    },
  };
  return {
    endpoint: 'http://127.0.0.1:1',
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    requestHandler: requestHandler as unknown as NonNullable<DynamoDBClientConfig['requestHandler']>,
    retryStrategy: atOnce,
  };
}

const ERROR = 'com.amazonaws.dynamodb.v20120810#';

/** Four tries without the SDK's pauses between them. */
const atOnce: NonNullable<DynamoDBClientConfig['retryStrategy']> = {
  acquireInitialRetryToken: async () => token(0),
  async refreshRetryTokenForRetry(before) {
    if (before.getRetryCount() >= 3) throw new Error('No more tries');
    return token(before.getRetryCount() + 1);
  },
  recordSuccess: () => {},
};

function textOf(body: unknown): string {
  return body instanceof Uint8Array ? new TextDecoder().decode(body) : String(body);
}

function token(count: number) {
  return { getRetryCount: () => count, getRetryDelay: () => 0 };
}

async function answerOf(table: InMemoryTable, operation: string, body: Body, mishap: Mishap) {
  switch (operation) {
    case 'GetItem': {
      const item = await table.read({ Key: keyIn(body.Key), ConsistentRead: body.ConsistentRead === true });
      return answer(200, item ? { Item: marshalled(item) } : {});
    }
    case 'PutItem':
    case 'UpdateItem':
    case 'DeleteItem': {
      const written = await table.write(writeOf(operation, body));
      return written ? answer(200, {}) : answer(400, { __type: `${ERROR}ConditionalCheckFailedException` });
    }
    case 'BatchGetItem':
      return answer(200, await batchAnswer(table, body, mishap));
    case 'Query': {
      const { ExpressionAttributeValues, ExclusiveStartKey, ...request } = body;
      const values = valuesIn(ExpressionAttributeValues);
      const after = ExclusiveStartKey === undefined ? undefined : valuesIn(ExclusiveStartKey);
      const { items, last } = table.page(
        { ...request, ExpressionAttributeValues: values } as unknown as Parameters<typeof table.page>[0],
        after,
      );
      const counted = { Count: items.length, ...(last && { LastEvaluatedKey: marshalled(keysOf(last)) }) };
      return answer(200, body.Select === 'COUNT' ? counted : { ...counted, Items: items.map(marshalled) });
    }
    case 'Scan': {
      const { ExpressionAttributeValues, ExclusiveStartKey, ...request } = body;
      const pages = table.scan({
        ...request,
        ...(ExpressionAttributeValues !== undefined && {
          ExpressionAttributeValues: valuesIn(ExpressionAttributeValues),
        }),
        ...(ExclusiveStartKey !== undefined && { ExclusiveStartKey: keyIn(ExclusiveStartKey) }),
      } as unknown as Parameters<typeof table.scan>[0]);
      const { value } = await pages[Symbol.asyncIterator]().next();
      const { items, lastKey } = value as { items: readonly Item[]; lastKey?: PrimaryKey };
      return answer(200, {
        Items: items.map(marshalled),
        ...(lastKey && { LastEvaluatedKey: marshalled({ ...lastKey }) }),
      });
    }
    default:
      throw new Error(`Expected an operation of a tag table but received ${operation}`);
  }
}

/**
 * Half of the keys are put off, as when the table is busy; the adapter must come back for them. Rounded down, so that there
 * is an end to it, whoever else asks meanwhile.
 */
async function batchAnswer(table: InMemoryTable, body: Body, mishap: Mishap) {
  const [[name, { Keys, ...options }] = ['', { Keys: [] }]] = Object.entries(
    body.RequestItems as Record<string, { Keys: Marshalled[] }>,
  );
  const kept = mishap === 'put-off' ? Keys.slice(Math.floor(Keys.length / 2)) : Keys;
  const items = await table.readBatch({ ConsistentRead: false, ...options, Keys: kept.map(keyIn) });
  const putOff = Keys.filter((key) => !kept.includes(key));
  return {
    Responses: { [name]: items.map(marshalled) },
    UnprocessedKeys: putOff.length > 0 ? { [name]: { ...options, Keys: putOff } } : {},
  };
}

function writeOf(operation: string, body: Body): WriteRequest {
  const condition = {
    ConditionExpression: String(body.ConditionExpression),
    ExpressionAttributeValues: valuesIn(body.ExpressionAttributeValues ?? {}),
  };
  if (operation === 'PutItem')
    return { kind: 'put', Item: valuesIn(body.Item) as Item & PrimaryKey, ...condition };
  if (operation === 'DeleteItem') return { kind: 'delete', Key: keyIn(body.Key), ...condition };
  return {
    kind: 'update',
    Key: keyIn(body.Key),
    UpdateExpression: String(body.UpdateExpression),
    ...condition,
  };
}

/** In JSON, bytes are base64. */
function marshalled(item: Item): object {
  return inJson(marshall(item, { removeUndefinedValues: true })) as object;
}

function inJson(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (Array.isArray(value)) return value.map(inJson);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, inJson(part)]));
}

function valuesIn(marshalledItem: unknown): Item {
  const read = JSON.parse(JSON.stringify(marshalledItem), (name, value: unknown) =>
    name === 'B' && typeof value === 'string' ? Buffer.from(value, 'base64') : value,
  );
  return unmarshall(read);
}

function keyIn(marshalledKey: unknown): PrimaryKey {
  return valuesIn(marshalledKey) as unknown as PrimaryKey;
}

function keysOf({ PK, SK, GSI1PK, GSI1SK }: Item): Item {
  return GSI1PK === undefined ? { PK, SK } : { PK, SK, GSI1PK, GSI1SK };
}

function answer(statusCode: number, body: object) {
  const text = JSON.stringify(body);
  const headers = { 'content-type': 'application/x-amz-json-1.0' };
  return { response: { statusCode, headers, body: Readable.from([Buffer.from(text)]) } };
}
