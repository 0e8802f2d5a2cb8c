import { describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../../../functions/adapters/aws/dynamodb.ts';
import type { QueryRequest, ScanPage } from '../../../../functions/core/records/tag-table.ts';
import { type ScriptedAnswer, type SeenRequest, scriptedServer } from '../../../fixtures/scripted-server.ts';
import { collected } from '../../core/truth-keeper.ts';

const key = (PK: string) => ({ PK, SK: 'IMAGE' });
const sent = (PK: string) => ({ PK: { S: PK }, SK: { S: 'IMAGE' } });
const QUERY: QueryRequest = {
  KeyConditionExpression: 'PK = :label',
  ExpressionAttributeValues: { ':label': 'LABEL#things#cat' },
  ScanIndexForward: false,
};

async function tableThat(answer: (request: SeenRequest, count: number) => ScriptedAnswer) {
  const server = await scriptedServer(answer);
  const units: number[] = [];
  const options = { tableName: 'cliptag', client: server.client };
  return {
    server,
    units,
    table: dynamoDbTagTable(options),
    measured: dynamoDbTagTable({ ...options, onWriteUnits: (count) => units.push(count) }),
  };
}

/** Three pages, the second one empty, as DynamoDB gives them where a filter leaves nothing of a page. */
const PAGES = [
  { Items: [sent('a'), sent('b')], Count: 2, LastEvaluatedKey: sent('b') },
  { Items: [], Count: 0, LastEvaluatedKey: sent('c') },
  { Items: [sent('d')], Count: 1 },
];
const paged = (_: SeenRequest, count: number) => ({ body: PAGES[count] });
const startKeys = (bodies: { ExclusiveStartKey?: unknown }[]) =>
  bodies.map(({ ExclusiveStartKey }) => ExclusiveStartKey);

describe('a query', () => {
  it('reads every page, and goes on after an empty one', async () => {
    const { table, server } = await tableThat(paged);
    expect(await collected(table.query(QUERY))).toEqual([[key('a'), key('b')], [], [key('d')]]);
    expect(startKeys(server.bodies())).toEqual([undefined, sent('b'), sent('c')]);
    expect(server.bodies()[2]).toMatchObject({
      TableName: 'cliptag',
      KeyConditionExpression: 'PK = :label',
      ExpressionAttributeValues: { ':label': { S: 'LABEL#things#cat' } },
      ScanIndexForward: false,
    });
  });

  it('reads no page that nobody wants', async () => {
    const { table, server } = await tableThat(paged);
    for await (const _ of table.query(QUERY)) break;
    expect(server.requests).toHaveLength(1);
  });

  it('is counted over all pages, without its items', async () => {
    const { table, server } = await tableThat((_, count) => ({
      body: count === 0 ? { Count: 7, LastEvaluatedKey: sent('b') } : { Count: 1 },
    }));
    expect(await table.count(QUERY)).toBe(8);
    expect(server.bodies()).toMatchObject([{ Select: 'COUNT' }, { Select: 'COUNT' }]);
  });
});

describe('a scan', () => {
  it('reads every page of its segment, and says where each one ends', async () => {
    const { table, server } = await tableThat(paged);
    const pages: ScanPage[] = await collected(table.scan({ Segment: 3, TotalSegments: 8 }));
    expect(pages).toEqual([
      { items: [key('a'), key('b')], lastKey: key('b') },
      { items: [], lastKey: key('c') },
      { items: [key('d')], lastKey: undefined },
    ]);
    expect(startKeys(server.bodies())).toEqual([undefined, sent('b'), sent('c')]);
    expect(server.bodies()).toEqual(
      [{}, { ExclusiveStartKey: sent('b') }, { ExclusiveStartKey: sent('c') }].map((start) => ({
        ...{ TableName: 'cliptag', Segment: 3, TotalSegments: 8 },
        ...start,
      })),
    );
  });

  it('begins where another one ended, with the same filter', async () => {
    const { table, server } = await tableThat(() => ({ body: {} }));
    const request = {
      ...{ Segment: 0, TotalSegments: 1, FilterExpression: '#bucket = :bucket' },
      ExpressionAttributeNames: { '#bucket': 'bucket' },
      ExpressionAttributeValues: { ':bucket': 'photos' },
      ExclusiveStartKey: key('x'),
    };
    expect(await collected(table.scan(request))).toEqual([{ items: [], lastKey: undefined }]);
    expect(server.bodies()).toEqual([
      {
        TableName: 'cliptag',
        ...request,
        ExpressionAttributeValues: { ':bucket': { S: 'photos' } },
        ExclusiveStartKey: sent('x'),
      },
    ]);
  });
});

describe('a batch read', () => {
  const answerOf = (found: string[], putOff: string[]) => ({
    body: {
      Responses: { cliptag: found.map(sent) },
      UnprocessedKeys: putOff.length > 0 ? { cliptag: { Keys: putOff.map(sent) } } : {},
    },
  });
  const read = (...keys: string[]) => ({
    Keys: keys.map(key),
    ConsistentRead: true,
    ProjectionExpression: '#bucket',
    ExpressionAttributeNames: { '#bucket': 'bucket' },
  });
  const asked = (bodies: { RequestItems: { cliptag: { Keys: { PK: { S: string } }[] } } }[]) =>
    bodies.map(({ RequestItems }) => RequestItems.cliptag.Keys.map(({ PK }) => PK.S));

  it('asks again for the keys that were put off, with the same options', async () => {
    const { table, server } = await tableThat(
      (_, count) =>
        [answerOf(['c'], ['a', 'b']), answerOf([], ['a', 'b']), answerOf(['b', 'a'], [])][count] ?? {},
    );
    expect(await table.readBatch(read('a', 'b', 'c'))).toEqual([key('a'), key('b'), key('c')]);
    expect(asked(server.bodies())).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
      ['a', 'b'],
    ]);
    expect(server.bodies()[2].RequestItems.cliptag).toMatchObject({
      ConsistentRead: true,
      ProjectionExpression: '#bucket',
      ExpressionAttributeNames: { '#bucket': 'bucket' },
    });
  });

  it('asks for each key once, and leaves out what does not exist', async () => {
    const { table, server } = await tableThat(() => answerOf(['b'], []));
    expect(await table.readBatch(read('a', 'b', 'a', 'b'))).toEqual([key('b')]);
    expect(asked(server.bodies())).toEqual([['a', 'b']]);
  });

  it('tells keys apart that differ in their sort key only', async () => {
    const { table } = await tableThat(() => ({
      body: { Responses: { cliptag: [{ PK: { S: 'a' }, SK: { S: '2' } }] } },
    }));
    const Keys = [
      { PK: 'a', SK: '1' },
      { PK: 'a', SK: '2' },
    ];
    expect(await table.readBatch({ Keys, ConsistentRead: true })).toEqual([Keys[1]]);
  });

  it('asks nothing for no keys', async () => {
    const { table, server } = await tableThat(() => ({ status: 500 }));
    expect(await table.readBatch(read())).toEqual([]);
    expect(server.requests).toHaveLength(0);
  });
});

describe('a write', () => {
  const condition = { ConditionExpression: 'revision = :one', ExpressionAttributeValues: { ':one': 1 } };
  const sentCondition = {
    TableName: 'cliptag',
    ConditionExpression: 'revision = :one',
    ExpressionAttributeValues: { ':one': { N: '1' } },
  };

  it('puts an item under its condition, without what is undefined', async () => {
    const { table, server } = await tableThat(() => ({ body: {} }));
    const Item = { ...key('a'), score: 0.5, reason: undefined, tags: [{ label: 'cat', note: undefined }] };
    expect(await table.write({ kind: 'put', Item, ...condition })).toBe(true);
    expect(server.requests[0]?.operation).toBe('PutItem');
    expect(server.bodies()).toEqual([
      {
        ...sentCondition,
        Item: { ...sent('a'), score: { N: '0.5' }, tags: { L: [{ M: { label: { S: 'cat' } } }] } },
      },
    ]);
  });

  it('updates and deletes under their conditions', async () => {
    const { table, server } = await tableThat(() => ({ body: {} }));
    const UpdateExpression = 'SET revision = :one';
    await table.write({ kind: 'update', Key: key('a'), UpdateExpression, ...condition });
    await table.write({ kind: 'delete', Key: key('a'), ...condition });
    expect(server.requests.map(({ operation }) => operation)).toEqual(['UpdateItem', 'DeleteItem']);
    expect(server.bodies()).toEqual([
      { ...sentCondition, Key: sent('a'), UpdateExpression },
      { ...sentCondition, Key: sent('a') },
    ]);
  });

  it('names no values where the condition has none, for DynamoDB refuses an empty map', async () => {
    const { table, server } = await tableThat(() => ({ body: {} }));
    const none = { ConditionExpression: 'attribute_not_exists(PK)', ExpressionAttributeValues: {} };
    await table.write({ kind: 'put', Item: key('a'), ...none });
    expect(server.bodies()[0]).not.toHaveProperty('ExpressionAttributeValues');
  });

  it('is false where its condition does not hold, and rejects with every other fault', async () => {
    const failing = (name: string) => tableThat(() => ({ status: 400, body: { __type: `x#${name}` } }));
    const put = { kind: 'put', Item: key('a'), ...condition } as const;
    expect(await (await failing('ConditionalCheckFailedException')).table.write(put)).toBe(false);
    await expect((await failing('ValidationException')).table.write(put)).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it('asks for what it costs only where somebody wants to know', async () => {
    const { table, measured, server, units } = await tableThat((_, count) => ({
      body: count === 1 ? { ConsumedCapacity: { CapacityUnits: 3 } } : {},
    }));
    const put = { kind: 'put', Item: key('a'), ...condition } as const;
    for (const each of [table, measured, measured]) await each.write(put);
    expect(server.bodies().map(({ ReturnConsumedCapacity }) => ReturnConsumedCapacity)).toEqual([
      undefined,
      'TOTAL',
      'TOTAL',
    ]);
    expect(units).toEqual([3, 0]);
  });
});

describe('a read', () => {
  it.each([true, false])('of one item is consistent where that is asked for: %s', async (ConsistentRead) => {
    const { table, server } = await tableThat(() => ({ body: { Item: sent('a') } }));
    expect(await table.read({ Key: key('a'), ConsistentRead })).toEqual(key('a'));
    expect(server.bodies()).toEqual([{ TableName: 'cliptag', Key: sent('a'), ConsistentRead }]);
  });

  it('of what does not exist is undefined', async () => {
    const { table } = await tableThat(() => ({ body: {} }));
    expect(await table.read({ Key: key('a'), ConsistentRead: true })).toBeUndefined();
  });
});
