import {
  CreateTableCommand,
  DeleteItemCommand,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  TransactGetItemsCommand,
  type TransactionCanceledException,
  type TransactWriteItem,
  TransactWriteItemsCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tableInput } from '../../functions/local/dynamodb/table.ts';
import { openDynamoDb } from './dynamodb-fixture.ts';

const TableName = 'cliptag';
const keyOf = (name: string) => ({ PK: { S: name }, SK: { S: 'IMAGE' } });
const IS_NEW = 'attribute_not_exists(PK)';

const told: string[] = [];

async function started() {
  const endpoint = await openDynamoDb({ onImage: ({ key }) => void told.push(key) });
  const { client } = endpoint;
  const get = async (name: string) =>
    (await client.send(new GetItemCommand({ TableName, Key: keyOf(name), ConsistentRead: true }))).Item;
  const put = (name: string, more = {}) =>
    client.send(new PutItemCommand({ TableName, Item: { ...keyOf(name), ...more } }));
  const transact = (TransactItems: TransactWriteItem[], ClientRequestToken?: string) =>
    client.send(
      new TransactWriteItemsCommand({ TransactItems, ...(ClientRequestToken && { ClientRequestToken }) }),
    );
  return { ...endpoint, get, put, transact };
}

const putting = (name: string, more = {}): TransactWriteItem => ({
  Put: { TableName, Item: { ...keyOf(name), ...more } },
});
const adding = (name: string): TransactWriteItem => ({
  Update: {
    TableName,
    Key: keyOf(name),
    UpdateExpression: 'ADD #n :one',
    ExpressionAttributeNames: { '#n': 'n' },
    ExpressionAttributeValues: { ':one': { N: '1' } },
  },
});

/** One for all tests, each of which has items of its own. */
let endpoint: Awaited<ReturnType<typeof started>>;
beforeAll(async () => {
  endpoint = await started();
});
afterAll(() => endpoint.end());

describe('TransactWriteItems', () => {
  it('puts, updates, deletes and checks in one, and in the index', async () => {
    const { client, put, get, transact } = endpoint;
    await Promise.all([put('updated', { n: { N: '1' } }), put('deleted'), put('checked')]);
    await transact([
      putting('put', { GSI1PK: { S: 'tagged' }, GSI1SK: { S: 'put' } }),
      adding('updated'),
      { Delete: { TableName, Key: keyOf('deleted') } },
      { ConditionCheck: { TableName, Key: keyOf('checked'), ConditionExpression: 'attribute_exists(PK)' } },
    ]);
    expect(await get('updated')).toEqual({ ...keyOf('updated'), n: { N: '2' } });
    expect([await get('deleted'), await get('checked')]).toEqual([undefined, keyOf('checked')]);
    const { Items } = await client.send(
      new QueryCommand({
        ...{ TableName, IndexName: 'by-status', KeyConditionExpression: 'GSI1PK = :status' },
        ExpressionAttributeValues: { ':status': { S: 'tagged' } },
      }),
    );
    expect(Items?.map(({ PK }) => PK?.S)).toEqual(['put']);
  });

  it('changes nothing when one condition does not hold, and says which and what stands', async () => {
    const { put, get, transact } = endpoint;
    await put('there', { a: { S: 'old' } });
    const refused = transact([
      putting('new'),
      {
        Put: {
          ...{ TableName, Item: keyOf('there'), ConditionExpression: IS_NEW },
          ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
        },
      },
    ]);
    const { name, message, CancellationReasons } = (await refused.catch(
      (error: TransactionCanceledException) => error as TransactionCanceledException,
    )) as TransactionCanceledException;
    expect([name, message]).toEqual([
      'TransactionCanceledException',
      expect.stringContaining('[None, ConditionalCheckFailed]'),
    ]);
    expect(CancellationReasons).toEqual([
      { Code: 'None' },
      expect.objectContaining({
        Code: 'ConditionalCheckFailed',
        Item: { ...keyOf('there'), a: { S: 'old' } },
      }),
    ]);
    expect(await get('new')).toBeUndefined();
  });

  it('loses no update when many meet at the same items of two tables', async () => {
    const { client, get, transact } = endpoint;
    await client.send(new CreateTableCommand(tableInput('another')));
    const there = (entry: TransactWriteItem): TransactWriteItem => ({
      Update: { ...entry.Update!, TableName: 'another' },
    });
    const both = [adding('met-1'), adding('met-2'), there(adding('met-1'))];
    await Promise.all(
      Array.from({ length: 30 }, (_, round) => transact(round % 2 === 0 ? both : [...both].reverse())),
    );
    expect([(await get('met-1'))?.n, (await get('met-2'))?.n]).toEqual([{ N: '30' }, { N: '30' }]);
    const another = await client.send(new GetItemCommand({ TableName: 'another', Key: keyOf('met-1') }));
    expect(another.Item?.n).toEqual({ N: '30' });
  });

  it('is done once for a token, however often it is sent', async () => {
    const { get, transact } = endpoint;
    await Promise.all([transact([adding('once')], 'token'), transact([adding('once')], 'token')]);
    await transact([adding('once')], 'token');
    expect((await get('once'))?.n).toEqual({ N: '1' });
    await expect(transact([adding('once-more')], 'token')).rejects.toMatchObject({
      name: 'IdempotentParameterMismatchException',
      message: expect.stringContaining('other parameters'),
    });
    const never = [{ Put: { TableName, Item: keyOf('once'), ConditionExpression: IS_NEW } }];
    await expect(transact(never, 'again')).rejects.toThrow('ConditionalCheckFailed');
    await expect(transact([putting('once-later')], 'again')).resolves.toBeDefined();
  });

  it('tells of image records that it writes', async () => {
    const { transact } = endpoint;
    await transact([putting('IMAGE#photos/a.jpg'), adding('IMAGE#photos/b.jpg'), putting('LABEL#x')]);
    expect(told).toEqual(['a.jpg', 'b.jpg']);
  });

  it('says what it took, twice as much as single writes', async () => {
    const { client } = endpoint;
    const answer = await client.send(
      new TransactWriteItemsCommand({
        TransactItems: [putting('cost-1'), putting('cost-2')],
        ReturnConsumedCapacity: 'TOTAL',
      }),
    );
    expect(answer.ConsumedCapacity).toEqual([{ TableName, CapacityUnits: 4, WriteCapacityUnits: 4 }]);
  });

  it('survives that its items are deleted and written again', async () => {
    const { client, get, transact } = endpoint;
    await transact([putting('again-and-again')]);
    await client.send(new DeleteItemCommand({ TableName, Key: keyOf('again-and-again') }));
    await transact([adding('again-and-again')]);
    expect((await get('again-and-again'))?.n).toEqual({ N: '1' });
  });

  const large = { data: { B: new Uint8Array(390_000) } };
  it.each<[what: string, entries: TransactWriteItem[], name: string, message: string]>([
    ['no entries', [], 'ValidationException', 'Expected TransactItems of 1 to 100 entries'],
    [
      'more entries than 100',
      Array.from({ length: 101 }, (_, number) => putting(`${number}`)),
      'ValidationException',
      'received 101 entries',
    ],
    ['an entry that says nothing', [{}], 'ValidationException', 'entry 1 of TransactItems but received none'],
    [
      'an entry that says two things',
      [{ ...putting('refused'), ...adding('refused') }],
      'ValidationException',
      'received Put, Update',
    ],
    [
      'two entries for one item',
      [putting('refused'), adding('refused')],
      'ValidationException',
      'multiple operations on one item',
    ],
    [
      'an update without an expression',
      [{ Update: { TableName, Key: keyOf('refused') } as never }],
      'ValidationException',
      'Expected UpdateExpression',
    ],
    [
      'a key that is not the table’s',
      [{ Delete: { TableName, Key: { PK: { S: 'refused' } } } }],
      'TransactionCanceledException',
      '[ValidationError]',
    ],
    [
      'an update that does not fit what stands',
      [putting('refused'), { Update: { ...adding('text').Update!, UpdateExpression: 'ADD SK.#n :one' } }],
      'TransactionCanceledException',
      '[None, ValidationError]',
    ],
    [
      'more than 4 MiB',
      Array.from({ length: 12 }, (_, number) => putting(`${number}`, large)),
      'ValidationException',
      'Expected items of 4194304 bytes together',
    ],
    [
      'a table that is not there',
      [{ Put: { TableName: 'nothing', Item: keyOf('refused') } }],
      'ResourceNotFoundException',
      'not found',
    ],
    [
      'an expression that is too long',
      [{ Put: { TableName, Item: keyOf('refused'), ConditionExpression: `${IS_NEW} ${' '.repeat(4_096)}` } }],
      'ValidationException',
      'Expression size has exceeded',
    ],
  ])('rejects %s, and writes nothing', async (_, entries, name, message) => {
    const { get, transact } = endpoint;
    await expect(transact(entries)).rejects.toMatchObject({
      name,
      message: expect.stringContaining(message),
    });
    expect(await get('refused')).toBeUndefined();
  });
});

describe('TransactGetItems', () => {
  it('gets items of several tables in the order that was asked for', async () => {
    const { client, put } = endpoint;
    await put('read', { x: { S: '1' }, y: { S: '2' } });
    const { Responses } = await client.send(
      new TransactGetItemsCommand({
        TransactItems: [
          { Get: { TableName, Key: keyOf('nothing') } },
          { Get: { TableName, Key: keyOf('read'), ProjectionExpression: 'x' } },
        ],
      }),
    );
    expect(Responses).toEqual([{}, { Item: { x: { S: '1' } } }]);
  });

  it('sees a transaction that is written meanwhile whole or not at all', async () => {
    const { client, transact } = endpoint;
    const read = async () => {
      const TransactItems = ['whole-1', 'whole-2'].map((name) => ({ Get: { TableName, Key: keyOf(name) } }));
      const { Responses = [] } = await client.send(new TransactGetItemsCommand({ TransactItems }));
      return Responses.map(({ Item }) => Item?.n?.N);
    };
    const write = (round: number) =>
      transact([adding('whole-1'), adding('whole-2')].sort(() => (round % 2) - 0.5));
    const rounds = Array.from({ length: 30 }, (_, round) => Promise.all([write(round), read()]));
    for (const [, [a, b]] of await Promise.all(rounds)) expect(a).toBe(b);
  });
});
