import * as dynamodb from '@aws-sdk/client-dynamodb';
import { DescribeStreamCommand, DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableInput } from '../../functions/local/dynamodb/table.ts';
import { documentedOperations } from './documented-operations.ts';
import { dynamoDbClient, openDynamoDb } from './dynamodb-fixture.ts';

const TableName = 'cliptag';
const Key = { PK: { S: 'a' }, SK: { S: 'IMAGE' } };
const ResourceArn = 'arn:aws:dynamodb:us-east-1:000000000000:table/cliptag';

/** A request that works, for each operation that the endpoint has, in an order in which all of them do. */
const REQUESTS: Readonly<Record<string, object>> = {
  PutItem: { TableName, Item: Key },
  GetItem: { TableName, Key },
  UpdateItem: {
    ...{ TableName, Key, UpdateExpression: 'SET a = :a' },
    ExpressionAttributeValues: { ':a': { S: 'b' } },
  },
  Query: {
    ...{ TableName, KeyConditionExpression: 'PK = :key' },
    ExpressionAttributeValues: { ':key': { S: 'a' } },
  },
  Scan: { TableName },
  BatchWriteItem: { RequestItems: { [TableName]: [{ PutRequest: { Item: Key } }] } },
  BatchGetItem: { RequestItems: { [TableName]: { Keys: [Key] } } },
  TransactWriteItems: { TransactItems: [{ Put: { TableName, Item: Key } }] },
  TransactGetItems: { TransactItems: [{ Get: { TableName, Key } }] },
  DeleteItem: { TableName, Key },
  ListTables: {},
  DescribeTable: { TableName },
  DescribeTimeToLive: { TableName },
  TagResource: { ResourceArn, Tags: [{ Key: 'a', Value: 'b' }] },
  ListTagsOfResource: { ResourceArn },
  UntagResource: { ResourceArn, TagKeys: ['a'] },
  CreateTable: tableInput('another'),
  UpdateTable: {
    TableName: 'another',
    BillingMode: 'PROVISIONED',
    ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    GlobalSecondaryIndexUpdates: [
      {
        Update: {
          IndexName: 'by-status',
          ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
        },
      },
    ],
  },
  DeleteTable: { TableName: 'another' },
};

type Command = new (input: object) => Parameters<dynamodb.DynamoDBClient['send']>[0];

/** The names of all operations that the SDK's client has. */
const ALL = Object.keys(dynamodb).flatMap((name) => /^(\w+)Command$/.exec(name)?.[1] ?? []);
const MISSING = ALL.filter((name) => !Object.hasOwn(REQUESTS, name));

let endpoint: Awaited<ReturnType<typeof openDynamoDb>>;
beforeAll(async () => {
  endpoint = await openDynamoDb();
});
afterAll(() => endpoint.end());

function send(operation: string, input: object) {
  const Constructor = Object.entries(dynamodb).find(([name]) => name === `${operation}Command`)?.[1];
  return endpoint.client.send(new (Constructor as unknown as Command)(input));
}

describe('the operations of DynamoDB', () => {
  it.each(Object.entries(REQUESTS))('has %s', async (operation, input) => {
    expect((await send(operation, input)).$metadata.httpStatusCode).toBe(200);
  });

  it.each(MISSING)('rejects %s by its name, with what to use instead', async (operation) => {
    const refused = await send(operation, { TableName, Statement: 'SELECT * FROM cliptag' }).catch(
      (error: Error) => error,
    );
    expect(refused).toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(
        new RegExp(`^${operation} is not implemented by this local DynamoDB endpoint: (?!it has ).{20,}\\.$`),
      ),
    });
  });

  it('are in the documents, those that work and those that do not', async () => {
    expect(await documentedOperations('DynamoDB')).toEqual({
      works: Object.keys(REQUESTS).sort(),
      refused: [...MISSING].sort(),
    });
  });

  it('rejects one of streams by its name', async () => {
    const { url: at, credentials } = endpoint;
    const streams = new DynamoDBStreamsClient({
      endpoint: at,
      region: 'us-east-1',
      credentials,
      maxAttempts: 1,
    });
    await expect(
      streams.send(new DescribeStreamCommand({ StreamArn: 'a'.repeat(37) })),
    ).rejects.toMatchObject({
      name: 'UnknownOperationException',
      message: expect.stringMatching(/^DescribeStream is not implemented .*there are no streams; read items/),
    });
    streams.destroy();
  });

  it('says that a table is there already', async () => {
    await expect(send('CreateTable', tableInput(TableName))).rejects.toMatchObject({
      name: 'ResourceInUseException',
      message: expect.stringContaining('a table of that name'),
    });
  });
});

describe('the description of a table', () => {
  it('counts its items, its bytes and those of its index', async () => {
    const described = async () => {
      const { Table } = (await send('DescribeTable', {
        TableName: 'counted',
      })) as dynamodb.DescribeTableCommandOutput;
      const [index] = Table?.GlobalSecondaryIndexes ?? [];
      return [Table?.ItemCount, Table?.TableSizeBytes, index?.ItemCount, index?.IndexSizeBytes];
    };
    const item = (name: string, more = {}) => ({ PK: { S: name }, SK: { S: 'x' }, ...more });
    await send('CreateTable', tableInput('counted'));
    expect(await described()).toEqual([0, 0, 0, 0]);
    await send('PutItem', { TableName: 'counted', Item: item('a') });
    await send('PutItem', {
      TableName: 'counted',
      Item: item('b', { GSI1PK: { S: 's' }, GSI1SK: { S: 't' } }),
    });
    const bytes = ['PK', 'a', 'SK', 'x'].join('').length;
    const inIndex = bytes + ['GSI1PK', 's', 'GSI1SK', 't'].join('').length;
    expect(await described()).toEqual([2, bytes + inIndex, 1, inIndex]);
    const Item = item('c');
    await send('TransactWriteItems', { TransactItems: [{ Put: { TableName: 'counted', Item } }] });
    expect((await described())[0]).toBe(3);
    await send('DeleteTable', { TableName: 'counted' });
    await expect.poll(() => send('CreateTable', tableInput('counted')).catch(() => undefined)).toBeDefined();
    expect(await described()).toEqual([0, 0, 0, 0]);
  });
});

describe('wrong keys', () => {
  it.each([
    [{ accessKeyId: 'other', secretAccessKey: 'local' }, 'UnrecognizedClientException'],
    [{ accessKeyId: 'local', secretAccessKey: 'other' }, 'InvalidSignatureException'],
  ])('are told which keys are meant: %j', async (credentials, name) => {
    const own = await openDynamoDb({ keysHint: 'Use the right ones.' });
    const client = dynamoDbClient(own.url, credentials);
    await expect(client.send(new dynamodb.ListTablesCommand())).rejects.toMatchObject({
      name,
      message: expect.stringMatching(/ Use the right ones\.$/),
    });
    client.destroy();
    await own.end();
  });
});
