import { cp, readdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AttributeValue,
  BatchWriteItemCommand,
  DeleteItemCommand,
  DynamoDBClient,
  PutItemCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { expect, it } from 'vitest';
import { startDynamoDbEndpoint } from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable } from '../../functions/local/dynamodb/table.ts';
import { openLevelStore } from '../../functions/local/store/level-store.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const TableName = 'cliptag';
const KEYS = ['a', 'b', 'c'];
const STATUSES = ['tagged', 'failed', 'unsupported'];

/** Images whose status changes by every kind of write that DynamoDB has, several at once. */
async function changeStatuses(folder: string): Promise<void> {
  const endpoint = await startDynamoDbEndpoint({ folder });
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  const client = new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials });
  const change = async (image: string) => {
    const [first, second, third] = STATUSES.map((status) => itemOf(image, status));
    const update = { TableName, Key: keyOf(image) };
    await client.send(new PutItemCommand({ TableName, Item: first }));
    await client.send(new PutItemCommand({ TableName, Item: second }));
    await client.send(
      new UpdateItemCommand({
        ...{ ...update, UpdateExpression: 'SET GSI1PK = :status' },
        ExpressionAttributeValues: { ':status': third?.GSI1PK ?? { S: '' } },
      }),
    );
    await client.send(new UpdateItemCommand({ ...update, UpdateExpression: 'REMOVE GSI1PK' }));
    const puts = [first, itemOf(`${image}2`, 'tagged')].map((Item) => ({ PutRequest: { Item } }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts } }));
    const pair = ['one', 'two'].map((half) => ({
      Put: { TableName, Item: itemOf(`${image}-${half}`, 'together') },
    }));
    await client.send(new TransactWriteItemsCommand({ TransactItems: pair }));
    await client.send(new DeleteItemCommand({ TableName, Key: keyOf(image) }));
  };
  await Promise.all(KEYS.map(change));
  client.destroy();
  await endpoint.close();
}

const keyOf = (image: string) => ({ PK: { S: `IMAGE#${image}` }, SK: { S: 'IMAGE' } });

function itemOf(image: string, status: string): Record<string, AttributeValue> {
  return { ...keyOf(image), GSI1PK: { S: status }, GSI1SK: { S: image } };
}

/** What items say of their status, and what the index has, as dynalite keeps both. */
async function statusesIn(folder: string): Promise<{ items: string[]; index: string[] }> {
  const store = await openLevelStore(folder);
  const all = await store.iterator<string, Record<string, { S: string }>>({ valueEncoding: 'json' }).all();
  await store.close();
  const under = (prefix: string) =>
    all
      .filter(([key, item]) => key.startsWith(prefix) && item.GSI1PK)
      .map(([, { GSI1PK, GSI1SK }]) => `${GSI1SK?.S} ${GSI1PK?.S}`)
      .sort();
  return { items: under('item-'), index: under('index-') };
}

it('has a status in the index exactly if its image has it, and a transaction whole or not at all, wherever a power cut ends the log', async () => {
  const folder = join(await temporaryFolder(), 'whole');
  await changeStatuses(folder);
  const [log = ''] = (await readdir(folder)).filter((name) => name.endsWith('.log'));
  const { length } = await readFile(join(folder, log));
  const seen = new Set<string>();
  // No write is as short as that.
  for (let kept = 0; kept <= length; kept += 100) {
    const cut = join(await temporaryFolder(), 'cut');
    await cp(folder, cut, { recursive: true });
    await truncate(join(cut, log), kept);
    const { items, index } = await statusesIn(cut);
    expect(index, `after ${kept} bytes`).toEqual(items);
    const halves = (half: string) => items.filter((item) => item.includes(`-${half} `)).length;
    expect(halves('one'), `after ${kept} bytes`).toBe(halves('two'));
    for (const status of items) seen.add(status);
  }
  // Otherwise nothing was cut off.
  expect([...seen].sort()).toEqual(
    KEYS.flatMap((key) => [
      ...STATUSES.map((status) => `${key} ${status}`),
      ...[`${key}2 tagged`, `${key}-one together`, `${key}-two together`],
    ]).sort(),
  );
});
