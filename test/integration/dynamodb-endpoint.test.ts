import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import {
  type AttributeValue,
  BatchGetItemCommand,
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
} from '@aws-sdk/client-dynamodb';
import dynalite from 'dynalite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TABLE_DEFINITION } from '../../functions/core/records/table-definition.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, tableInput } from '../../functions/local/dynamodb/table.ts';
import { listen, stop } from '../../functions/local/http/loopback-server.ts';
import { signedRequest } from '../fixtures/local-signing.ts';
import { sendRequest } from '../torture/fuzz/request.ts';
import { startChild } from './support/child-process.ts';
import { available } from './tools.ts';

const TableName = 'cliptag';

let folder: string;
let endpoint: DynamoDbEndpoint;
let client: DynamoDBClient;

const newFolder = () => mkdtemp(path.join(tmpdir(), 'cliptag-dynamodb-'));

function clientOf(url: string, secretAccessKey = 'local', accessKeyId = 'local'): DynamoDBClient {
  return new DynamoDBClient({
    endpoint: url,
    region: 'eu-central-1',
    credentials: { accessKeyId, secretAccessKey },
    maxAttempts: 1,
  });
}

const record = (key: string, more: Record<string, AttributeValue> = {}) => ({
  PK: { S: key },
  SK: { S: 'IMAGE' },
  ...more,
});

beforeAll(async () => {
  folder = await newFolder();
  endpoint = await startDynamoDbEndpoint({ folder: path.join(folder, 'made', 'for', 'it') });
  client = clientOf(endpoint.url);
  await ensureTable(endpoint);
});
afterAll(async () => {
  client.destroy();
  await endpoint.close();
  await rm(folder, { recursive: true });
});

describe('the table of the definition', () => {
  it('is there with its keys and its index', async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableStatus: 'ACTIVE',
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [{ IndexName: 'by-status', Projection: { ProjectionType: 'KEYS_ONLY' } }],
    });
  });

  it('is left as it is when it exists', async () => {
    await client.send(new PutItemCommand({ TableName, Item: record('kept') }));
    expect(await ensureTable(endpoint)).toBe(false);
    const { Item } = await client.send(new GetItemCommand({ TableName, Key: record('kept') }));
    expect(Item).toEqual(record('kept'));
  });

  it('rejects a table of another version that has its name', async () => {
    const other = { ...TABLE_DEFINITION, indexes: [] };
    await expect(ensureTable(endpoint, TableName, other)).rejects.toThrow(/another version/);
  });

  it('is requested without what only AWS applies', () => {
    expect(Object.keys(tableInput('any')).sort()).toEqual(
      ['AttributeDefinitions', 'BillingMode', 'GlobalSecondaryIndexes', 'KeySchema', 'TableName'].sort(),
    );
  });
});

describe('what Cliptag asks of DynamoDB', () => {
  const keys = { ...record('image'), GSI1PK: { S: 'tagged' }, GSI1SK: { S: 'a/image' } };
  const Item = { ...keys, size: { N: '1' } };

  it('refuses a conditional write whose condition does not hold', async () => {
    const put = new PutItemCommand({ TableName, Item, ConditionExpression: 'attribute_not_exists(PK)' });
    await client.send(put);
    await expect(client.send(put)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  });

  it('gives keys alone from the index, and says what the query cost', async () => {
    await client.send(new PutItemCommand({ TableName, Item }));
    const answer = await client.send(
      new QueryCommand({
        TableName,
        IndexName: 'by-status',
        KeyConditionExpression: 'GSI1PK = :status AND begins_with(GSI1SK, :prefix)',
        ExpressionAttributeValues: { ':status': { S: 'tagged' }, ':prefix': { S: 'a/' } },
        ReturnConsumedCapacity: 'INDEXES',
      }),
    );
    expect(answer.Items).toEqual([keys]);
    expect(answer.ConsumedCapacity?.GlobalSecondaryIndexes?.['by-status']?.CapacityUnits).toBe(0.5);
  });

  it('gets a batch of items by key and counts what it cost', async () => {
    await client.send(new PutItemCommand({ TableName, Item }));
    const Keys = [record('image'), record('no such image')];
    const answer = await client.send(
      new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys } }, ReturnConsumedCapacity: 'TOTAL' }),
    );
    expect(answer.Responses?.[TableName]).toEqual([Item]);
    expect(answer.ConsumedCapacity?.[0]?.CapacityUnits).toBe(1);
  });

  it('scans in segments that hold every item once', async () => {
    const keys = Array.from({ length: 40 }, (_, number) => `scanned-${number}`);
    await Promise.all(keys.map((key) => client.send(new PutItemCommand({ TableName, Item: record(key) }))));
    const segments = [0, 1, 2, 3].map((Segment) =>
      client.send(new ScanCommand({ TableName, Segment, TotalSegments: 4 })),
    );
    const found = (await Promise.all(segments)).flatMap(({ Items = [] }) => Items.map((item) => item.PK?.S));
    expect(found.filter((key) => key?.startsWith('scanned-')).sort()).toEqual(keys.sort());
  });

  it('takes an item of 400 KB and rejects a larger one', async () => {
    const withBytes = (bytes: number) => {
      const key = 'PK'.length + 'size'.length + 'SK'.length + 'IMAGE'.length + 'data'.length;
      const Item = record('size', { data: { B: new Uint8Array(bytes - key) } });
      return client.send(new PutItemCommand({ TableName, Item }));
    };
    await withBytes(400 * 1_024);
    await expect(withBytes(400 * 1_024 + 1)).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

describe('signatures', () => {
  it('rejects a wrong secret', async () => {
    const get = clientOf(endpoint.url, 'wrong').send(new GetItemCommand({ TableName, Key: record('x') }));
    await expect(get).rejects.toMatchObject({ name: 'InvalidSignatureException' });
  });

  it('rejects an unknown access key', async () => {
    const get = clientOf(endpoint.url, 'local', 'other').send(
      new GetItemCommand({ TableName, Key: record('x') }),
    );
    await expect(get).rejects.toMatchObject({ name: 'UnrecognizedClientException' });
  });

  it.each(['', '?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=local&X-Amz-Signature=0'])(
    'rejects a request that is signed in no header, with the query "%s"',
    async (query) => {
      const headers = {
        'Content-Type': 'application/x-amz-json-1.0',
        'X-Amz-Target': 'DynamoDB_20120810.ListTables',
      };
      const answer = await fetch(`${endpoint.url}/${query}`, { method: 'POST', headers, body: '{}' });
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        __type: 'com.amazon.coral.service#MissingAuthenticationTokenException',
      });
    },
  );

  const timestamp = new Date().toISOString().replace(/[-:]|\.\d{3}/g, '');
  const forged = (signature: string) =>
    `AWS4-HMAC-SHA256 Credential=local/${timestamp.slice(0, 8)}/us-east-1/dynamodb/aws4_request, ` +
    `SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-target, Signature=${signature}`;

  it.each([
    ['another scheme', 'Bearer token', 'IncompleteSignatureException'],
    [
      'an unsigned header',
      forged('0'.repeat(64)).replace(';x-amz-target', ''),
      'IncompleteSignatureException',
    ],
    ['a forged signature', forged('0'.repeat(64)), 'InvalidSignatureException'],
    ['a signature outside ASCII', forged('é'.repeat(64)), 'InvalidSignatureException'],
  ])('rejects %s', async (_, authorization, exception) => {
    const headers = {
      Authorization: authorization,
      'X-Amz-Date': timestamp,
      'X-Amz-Target': 'DynamoDB_20120810.ListTables',
    };
    const answer = await fetch(endpoint.url, { method: 'POST', headers, body: '{}' });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ __type: `com.amazon.coral.service#${exception}` });
  });

  it('rejects a body that the client declares as unsigned', async () => {
    const own = clientOf(endpoint.url);
    own.middlewareStack.add(
      (next) => (call) => {
        Object.assign((call.request as { headers: object }).headers, {
          'x-amz-content-sha256': 'UNSIGNED-PAYLOAD',
        });
        return next(call);
      },
      { step: 'build' },
    );
    const get = own.send(new GetItemCommand({ TableName, Key: record('x') }));
    await expect(get).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    own.destroy();
  });

  it('are accepted from other credentials when those are set', async () => {
    const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'its/secret+key' };
    const other = await newFolder();
    const own = await startDynamoDbEndpoint({ folder: other, credentials });
    expect(await ensureTable(own)).toBe(true);
    await own.close();
    await rm(other, { recursive: true });
  });
});

describe('what nobody should send', () => {
  const sent = (
    body: string,
    headers: Record<string, string> = {},
    more: { method?: string; target?: string } = {},
  ) => {
    const { host, port } = new URL(endpoint.url);
    const { method = 'POST', target = '/' } = more;
    const request = signedRequest(
      {
        method,
        target,
        body,
        headers: {
          'content-type': 'application/x-amz-json-1.0',
          'x-amz-target': 'DynamoDB_20120810.Scan',
          ...headers,
        },
      },
      host,
      'dynamodb',
    );
    return sendRequest(
      Number(port),
      { ...request, headers: { ...request.headers, ...headers } },
      new Agent(),
    );
  };

  it.each([
    ['null', 'null', 'SerializationException'],
    ['a list', '[]', 'SerializationException'],
    ['half a document', '{"TableName":', 'SerializationException'],
    [
      'a part of another type',
      JSON.stringify({ TableName, ScanFilter: { a: null } }),
      'SerializationException',
    ],
    ['more levels than there is stack', '['.repeat(200_000), 'ValidationException'],
    [
      'a filter that is too long',
      JSON.stringify({ TableName, FilterExpression: Array(400).fill('a = :a').join(' OR ') }),
      'ValidationException',
    ],
  ])('rejects %s as a body, and goes on', async (_, body, exception) => {
    const { status, text } = await sent(body);
    expect([status, text]).toEqual([400, expect.stringContaining(exception)]);
    expect((await client.send(new DescribeTableCommand({ TableName }))).Table?.TableStatus).toBe('ACTIVE');
  });

  it('answers a filter of many levels at once', async () => {
    let FilterExpression = 'a = :a';
    for (let level = 0; level < 99; level++) FilterExpression = `(${FilterExpression} OR NOT b = :a)`;
    const values = { ':a': { S: 'x' } };
    const scan = new ScanCommand({ TableName, FilterExpression, ExpressionAttributeValues: values });
    expect((await client.send(scan)).$metadata.httpStatusCode).toBe(200);
  });

  it('rejects a body without a signature before it is sent', async () => {
    const { host, port } = new URL(endpoint.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(`POST / HTTP/1.1\r\nHost: ${host}\r\nContent-Length: 1000000\r\n\r\n{`);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toContain('MissingAuthenticationTokenException');
    socket.destroy();
  });

  it('rejects a request that is larger than any may be by its header', async () => {
    const { status } = await sent('x', { 'content-length': String(16 * 1024 * 1024 + 1) });
    expect(status).toBe(413);
  });

  it('tells no page of another origin anything', async () => {
    for (const [headers, method] of [
      [{ origin: 'http://example.com' }, 'POST'],
      [{ origin: 'http://example.com' }, 'OPTIONS'],
      [{ origin: 'http://example.com' }, 'GET'],
      [{ 'sec-fetch-site': 'cross-site' }, 'POST'],
    ] as const) {
      const answer = await sent('{}', headers, { method });
      expect([answer.status, answer.text]).toEqual([403, expect.stringContaining('AccessDenied')]);
    }
    const { headers } = await fetch(endpoint.url, { headers: { origin: endpoint.url } });
    expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});

describe('the data', () => {
  it('survives that its process is killed', async () => {
    const own = await newFolder();
    const child = startChild('dynamodb-server.ts', own);
    const url = await child.nextLine();
    await ensureTable({ url, credentials: endpoint.credentials });
    await clientOf(url).send(new PutItemCommand({ TableName, Item: record('written') }));
    await child.kill();

    const again = await startDynamoDbEndpoint({ folder: own });
    expect(await ensureTable(again)).toBe(false);
    const { Item } = await clientOf(again.url).send(
      new GetItemCommand({ TableName, Key: record('written') }),
    );
    expect(Item).toEqual(record('written'));
    await again.close();
    await rm(own, { recursive: true });
  });

  it('can be made again after its process was killed while it made the table', async () => {
    const own = await newFolder();
    // As long as dynalite may take, the table is in the making.
    const slow = dynalite({ path: own, createTableMs: 3_600_000 });
    const unfinished = clientOf(`http://127.0.0.1:${await listen(slow, 0)}`);
    await unfinished.send(new CreateTableCommand(tableInput(TableName)));
    unfinished.destroy();
    await stop(slow);

    const again = await startDynamoDbEndpoint({ folder: own });
    expect(await ensureTable(again)).toBe(true);
    const writer = clientOf(again.url);
    await writer.send(new PutItemCommand({ TableName, Item: record('written') }));
    const { Count } = await writer.send(new ScanCommand({ TableName }));
    expect(Count).toBe(1);
    writer.destroy();
    await again.close();
    await rm(own, { recursive: true });
  });

  it('rejects a second process in the same folder', async () => {
    const own = await newFolder();
    const child = startChild('dynamodb-server.ts', own);
    const url = await child.nextLine();
    await ensureTable({ url, credentials: endpoint.credentials });
    await expect(startDynamoDbEndpoint({ folder: own })).rejects.toThrow(
      `The folder ${own} is in use by another process`,
    );
    await child.kill();
    await rm(own, { recursive: true });
  });
});

describe('the AWS CLI', () => {
  it.skipIf(!available('aws'))('queries the table', async () => {
    await client.send(new PutItemCommand({ TableName, Item: record('by the CLI') }));
    const query = ['dynamodb', 'query', '--table-name', TableName, '--key-condition-expression', 'PK = :key'];
    const values = ['--expression-attribute-values', '{":key":{"S":"by the CLI"}}'];
    const { stdout } = await promisify(execFile)(
      'aws',
      [...query, ...values, '--endpoint-url', endpoint.url],
      {
        env: {
          PATH: process.env.PATH,
          AWS_ACCESS_KEY_ID: 'local',
          AWS_SECRET_ACCESS_KEY: 'local',
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_DEFAULT_OUTPUT: 'json',
        },
      },
    );
    expect(JSON.parse(stdout)).toMatchObject({ Count: 1, Items: [record('by the CLI')] });
  });
});
