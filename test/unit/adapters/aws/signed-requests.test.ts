import { createServer, type Socket } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { awsClientDefaults } from '../../../../functions/adapters/aws/aws-client-defaults.ts';
import { dynamoDbTagTable } from '../../../../functions/adapters/aws/dynamodb.ts';
import { httpConnections } from '../../../../functions/adapters/aws/http-connections.ts';
import { s3ObjectStore } from '../../../../functions/adapters/aws/s3.ts';
import { retryReason } from '../../../../functions/tag-images/retry-reason.ts';
import { type ScriptedAnswer, type SeenRequest, scriptedServer } from '../../../fixtures/scripted-server.ts';

const READ = { Key: { PK: 'a', SK: 'IMAGE' }, ConsistentRead: true };
const FOUND = { body: { Item: { PK: { S: 'a' } } } };
const refusal = (status: number, name: string, headers = {}): ScriptedAnswer => ({
  ...{ status, headers },
  body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message: 'no' },
});

async function tableThat(
  answer: (request: SeenRequest, count: number) => ScriptedAnswer,
  client: Partial<Parameters<typeof dynamoDbTagTable>[0]['client']> = {},
) {
  const server = await scriptedServer(answer);
  return { server, table: dynamoDbTagTable({ tableName: 't', client: { ...server.client, ...client } }) };
}

/** A server that says nothing, or the beginning of something; and breaks off where it is to. */
async function silentServer(says: string, breaksOff: boolean): Promise<string> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('data', () => {
      if (breaksOff) socket.end(says);
      else socket.write(says);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
}

describe('a request that fails', () => {
  it.each([
    [500, 'InternalServerError'],
    [503, 'ServiceUnavailable'],
    [400, 'ThrottlingException'],
    [400, 'ProvisionedThroughputExceededException'],
  ])('with a passing fault is sent again, as the SDK would: %i %s', async (status, name) => {
    const { table, server } = await tableThat((_, count) => (count < 2 ? refusal(status, name) : FOUND), {
      maxAttempts: 3,
    });
    expect(await table.read(READ)).toEqual({ PK: 'a' });
    expect(server.requests.map(({ headers }) => headers['amz-sdk-request'])).toEqual([
      'attempt=1; max=3',
      'attempt=2; max=3',
      'attempt=3; max=3',
    ]);
    expect(new Set(server.requests.map(({ headers }) => headers['amz-sdk-invocation-id'])).size).toBe(1);
  });

  it.each([
    [400, 'ValidationException', 'faulty'],
    [400, 'ThrottlingException', 'throttled'],
    [500, 'InternalServerError', 'unreachable'],
  ])(
    'for good rejects with the name, state and reason that it was told: %i %s',
    async (status, name, reason) => {
      const { table } = await tableThat(() => refusal(status, name, { 'x-amzn-requestid': 'R1' }));
      const error = await table.read(READ).catch((caught: unknown) => caught);
      expect(error).toMatchObject({
        name,
        message: 'no',
        $metadata: { httpStatusCode: status, requestId: 'R1' },
      });
      expect(retryReason(error)).toBe(reason);
      expect(JSON.stringify(error)).not.toContain('headers');
    },
  );

  it('with a page of a proxy rejects with its status', async () => {
    const { table } = await tableThat(() => ({ status: 502, body: '<html>Bad gateway</html>' }));
    const error = await table.read(READ).catch((caught: unknown) => caught);
    expect(error).toMatchObject({ name: 'UnknownError', message: 'DynamoDB answered with status 502' });
    expect(retryReason(error)).toBe('unreachable');
  });

  it.each([
    ['a number for a type', { __type: 5 }],
    ['an object for a message', { message: { toString: 1 } }],
    ['a text', 'no'],
  ])('with %s is sent again, and rejects with its status', async (_, body) => {
    const { table, server } = await tableThat(() => ({ status: 500, body: JSON.stringify(body) }), {
      maxAttempts: 2,
    });
    const told = { name: 'UnknownError', message: 'DynamoDB answered with status 500' };
    await expect(table.read(READ)).rejects.toMatchObject(told);
    expect(server.requests).toHaveLength(2);
  });

  it.each([
    ['a code', { body: { code: 'ThrottlingException' } }],
    ['a header', { body: {}, headers: { 'x-amzn-errortype': 'ThrottlingException:http://a.example/' } }],
  ])('is known by %s as well, as by the SDK', async (_, answer) => {
    const { table } = await tableThat(() => ({ status: 400, ...answer }));
    await expect(table.read(READ)).rejects.toMatchObject({ name: 'ThrottlingException' });
  });

  it('since the clock is wrong is signed anew by the clock of the service', async () => {
    const late = new Date(Date.now() + 3_600_000);
    const times: string[] = [];
    const { table } = await tableThat(
      ({ headers }) => {
        times.push(String(headers['x-amz-date']));
        const isRight =
          String(headers['x-amz-date']).slice(0, 11) === late.toISOString().replace(/[-:]/g, '').slice(0, 11);
        return isRight ? FOUND : refusal(400, 'InvalidSignatureException', { date: late.toUTCString() });
      },
      { maxAttempts: 2 },
    );
    expect(await table.read(READ)).toEqual({ PK: 'a' });
    expect(await table.read(READ)).toEqual({ PK: 'a' });
    expect(times).toHaveLength(3);
  });

  it('for its signature alone is not sent again', async () => {
    const { table, server } = await tableThat(
      () => refusal(400, 'InvalidSignatureException', { date: new Date().toUTCString() }),
      { maxAttempts: 3 },
    );
    await expect(table.read(READ)).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    expect(server.requests).toHaveLength(1);
  });
});

describe('a connection', () => {
  it.each([
    ['that is refused', async () => 'http://127.0.0.1:1', { code: 'ECONNREFUSED' }],
    ['that breaks off before an answer', () => silentServer('', true), { code: 'ECONNRESET' }],
    [
      'that breaks off amid one',
      () => silentServer('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"It', true),
      { code: 'ECONNRESET' },
    ],
    ['that says nothing', () => silentServer('', false), { name: 'TimeoutError' }],
    [
      'that says no more',
      () => silentServer('HTTP/1.1 200 OK\r\ncontent-length: 99\r\n\r\n{"It', false),
      { name: 'TimeoutError' },
    ],
  ])('%s is told as the SDK tells it, and passes', async (_, start, told) => {
    const requestHandler = httpConnections({ connectionTimeout: 300, requestTimeout: 300 });
    onTestFinished(requestHandler.destroy);
    const endpoint = await start();
    const client = { region: 'r', credentials: { accessKeyId: 'a', secretAccessKey: 's' }, maxAttempts: 1 };
    const table = dynamoDbTagTable({
      tableName: 't',
      client: { ...client, endpoint, requestHandler: requestHandler as never },
    });
    const error = await table.read(READ).catch((caught: unknown) => caught);
    expect(error).toMatchObject(told);
    expect(retryReason(error)).toBe('unreachable');
  });
});

describe('an answer', () => {
  it('without anything says that there is no item', async () => {
    const { table } = await tableThat(() => ({ body: '' }));
    expect(await table.read(READ)).toBeUndefined();
  });
});

describe('credentials', () => {
  it('with an empty token are signed with as those without one', async () => {
    const credentials = { accessKeyId: 'a', secretAccessKey: 's', sessionToken: '' };
    const { table, server } = await tableThat(() => FOUND, { credentials });
    await table.read(READ);
    expect(server.requests[0]?.headers).not.toHaveProperty('x-amz-security-token');
  });

  it('are asked for at each request, for they are renewed, and their token is sent', async () => {
    let asked = 0;
    const credentials = async () => ({
      ...{ accessKeyId: `K${++asked}`, secretAccessKey: 's', sessionToken: `T${asked}` },
      expiration: new Date(0),
    });
    const { table, server } = await tableThat(() => FOUND, { credentials });
    await table.read(READ);
    await table.read(READ);
    const tokens = server.requests.map(({ headers }) => headers['x-amz-security-token']);
    expect(new Set(tokens).size).toBe(2);
    expect(server.requests[1]?.headers.authorization).toContain(
      `Credential=${String(tokens[1]).replace('T', 'K')}/`,
    );
  });
});

/** Where the SDK sends a request, and with what: nothing is sent. */
async function sentBy(
  run: (requestHandler: never) => Promise<unknown>,
): Promise<{ url: string; authorization: string }> {
  let seen: { url: string; authorization: string } | undefined;
  const requestHandler = {
    async handle(request: Record<string, unknown> & { headers: Record<string, string> }) {
      const { protocol, hostname, path, headers } = request;
      seen ??= {
        url: `${protocol}//${hostname}${path}`,
        authorization: (headers.authorization ?? '').replace(/,.*$/s, '').replace(/^.*Credential=/, ''),
      };
      throw new Error('enough');
    },
  };
  await run(requestHandler as never).catch(() => {});
  if (!seen) throw new Error('Expected a request');
  return seen;
}

describe('an endpoint', () => {
  const settings = {
    region: 'eu-central-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    maxAttempts: 1,
  };

  it.each([
    ...['photos', 'with.dots', 'arn:aws:s3:us-west-2:123456789012:accesspoint/mine', 'mine-abc-s3alias'],
    'arn:aws:s3-object-lambda:us-west-2:123456789012:accesspoint/mine',
    'arn:aws:s3-outposts:us-west-2:123456789012:outpost/op-01234567890123456/accesspoint/mine',
  ])('of bucket %s is the one that the SDK finds', async (bucket) => {
    const key = "a b/ü+(1)'.jpg";
    const bySdk = await sentBy((requestHandler) =>
      new S3Client({ ...awsClientDefaults(1_000), ...settings, requestHandler }).send(
        new GetObjectCommand({ Bucket: bucket, Key: key }),
      ),
    );
    const own = await sentBy((requestHandler) =>
      s3ObjectStore({ ...settings, requestHandler }).fetch({ bucket, key, sequencer: '' }, 1),
    );
    expect(own).toEqual(bySdk);
  });

  it('of a table in another account is the one that its ARN names', async () => {
    const tableName = 'arn:aws:dynamodb:eu-central-1:123456789012:table/tags';
    const { url } = await sentBy((requestHandler) =>
      dynamoDbTagTable({ tableName, client: { ...settings, requestHandler } }).read(READ),
    );
    expect(url).toMatch(/^https:\/\/(123456789012\.ddb|dynamodb)\.eu-central-1\.amazonaws\.com\/$/);
  });

  it.each(['eu-central-1', 'local', 'cn-north-1', 'us-gov-west-1'])(
    'of a table in region %s is the one that the SDK finds, and signs for',
    async (region) => {
      const client = { ...settings, region };
      const bySdk = await sentBy((requestHandler) =>
        new DynamoDBClient({ ...client, requestHandler }).send(
          new GetItemCommand({ TableName: 't', Key: {} }),
        ),
      );
      const own = await sentBy((requestHandler) =>
        dynamoDbTagTable({ tableName: 't', client: { ...client, requestHandler } }).read(READ),
      );
      expect(own).toEqual(bySdk);
    },
  );

  it.each<Readonly<Record<string, string>>>([
    { AWS_USE_FIPS_ENDPOINT: 'true' },
    { AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    { AWS_USE_FIPS_ENDPOINT: 'true', AWS_USE_DUALSTACK_ENDPOINT: 'true' },
    { AWS_ENDPOINT_URL: 'http://localhost:4566' },
    { AWS_ENDPOINT_URL_DYNAMODB: 'http://localhost:8000/db', AWS_ENDPOINT_URL_S3: 'http://[::1]:9000/s3' },
    { AWS_ENDPOINT_URL: 'http://localhost:4566', AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
    { AWS_ACCOUNT_ID_ENDPOINT_MODE: 'disabled' },
    { AWS_S3_USE_ARN_REGION: 'false' },
  ])('is the one that the SDK finds with %o', async (variables) => {
    for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
    onTestFinished(() => void vi.unstubAllEnvs());
    const credentials = { ...settings.credentials, accountId: '123456789012' };
    const client = { ...awsClientDefaults(1_000), ...settings, credentials, region: 'us-west-2' };
    const bySdk = {
      item: await sentBy((requestHandler) =>
        new DynamoDBClient({ ...client, requestHandler }).send(
          new GetItemCommand({ TableName: 't', Key: {} }),
        ),
      ),
      object: await sentBy((requestHandler) =>
        new S3Client({ ...client, requestHandler }).send(new GetObjectCommand({ Bucket: 'b', Key: 'k' })),
      ),
    };
    const own = {
      item: await sentBy((requestHandler) =>
        dynamoDbTagTable({ tableName: 't', client: { ...client, requestHandler } }).read(READ),
      ),
      object: await sentBy((requestHandler) =>
        s3ObjectStore({ ...client, requestHandler }).fetch({ bucket: 'b', key: 'k', sequencer: '' }, 1),
      ),
    };
    expect(own).toEqual(bySdk);
  });

  it('of a directory bucket is asked by the SDK itself, which opens a session first', async () => {
    const { url } = await sentBy((requestHandler) =>
      s3ObjectStore({ ...settings, requestHandler }).fetch(
        { bucket: 'photos--euc1-az1--x-s3', key: 'a.jpg', sequencer: '' },
        1,
      ),
    );
    expect(url).toContain('photos--euc1-az1--x-s3.s3express-euc1-az1.eu-central-1.amazonaws.com/');
  });
});
