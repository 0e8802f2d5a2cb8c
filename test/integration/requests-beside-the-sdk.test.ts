import type { Socket } from 'node:net';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { awsClientDefaults } from '../../functions/adapters/aws/aws-client-defaults.ts';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { s3ObjectStore } from '../../functions/adapters/aws/s3.ts';
import { retryReason } from '../../functions/tag-images/retry-reason.ts';
import { type RawRequest, rawAnswer, socketServer } from '../fixtures/socket-server.ts';

const ITEM = '{"Item":{"PK":{"S":"a"}}}';
const settings = (endpoint: string) => ({
  ...{ endpoint, region: 'us-east-1', maxAttempts: 2 },
  credentials: { accessKeyId: 'a', secretAccessKey: 's' },
});

/** One request, by the adapter and by the SDK's own client: each gives what it read. */
const WAYS = {
  DynamoDB: {
    adapter: async (url: string) => {
      const table = dynamoDbTagTable({ tableName: 't', client: settings(url) });
      return (await table.read({ Key: { PK: 'a', SK: 'b' }, ConsistentRead: true }))?.PK;
    },
    sdk: async (url: string) => {
      const client = new DynamoDBClient({ ...awsClientDefaults(10_000), ...settings(url) });
      const { Item } = await client.send(new GetItemCommand({ TableName: 't', Key: { PK: { S: 'a' } } }));
      return Item?.PK?.S;
    },
  },
  S3: {
    adapter: async (url: string) => {
      const store = s3ObjectStore({ ...settings(url), forcePathStyle: true });
      const { bytes } = await store.fetch({ bucket: 'p', key: 'k', sequencer: '' }, 1e6);
      return Buffer.from(bytes).toString();
    },
    sdk: async (url: string) => {
      const client = new S3Client({ ...awsClientDefaults(30_000), ...settings(url), forcePathStyle: true });
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'p', Key: 'k' }));
      return Body?.transformToString();
    },
  },
} as const;
type Service = keyof typeof WAYS;

/** What comes of a request on a server that answers so. */
async function outcome(send: (url: string) => Promise<unknown>, answer: (request: RawRequest) => void) {
  const server = await socketServer(answer);
  try {
    const value = await send(server.url);
    return { value, requests: server.requests() };
  } catch (error) {
    const { name, code, $metadata } = error as Error & {
      code?: string;
      $metadata?: { httpStatusCode?: number };
    };
    const reason = retryReason(error);
    return { name, code, status: $metadata?.httpStatusCode, reason, requests: server.requests() };
  }
}

async function outcomes(service: Service, answer: (request: RawRequest) => void) {
  const { adapter, sdk } = WAYS[service];
  const [own, other] = await Promise.all([outcome(adapter, answer), outcome(sdk, answer)]);
  return { own, sdk: other };
}

/** The first answer is as given, all others are as they should be. */
function first(answer: (request: RawRequest) => void) {
  return (request: RawRequest) => {
    if (request.count === 0) answer(request);
    else request.socket.write(rawAnswer(200, ITEM));
  };
}

const saysAndEnds = (text: string) => first(({ socket }) => void socket.end(text));
const saysAndResets = (text: string) =>
  first(({ socket }) => void socket.write(text, () => socket.resetAndDestroy()));
const says = (text: string) => first(({ socket }) => void socket.write(text));
const alwaysSays =
  (text: string) =>
  ({ socket }: RawRequest) =>
    void socket.write(text);
const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;
const XML = 'content-type: application/xml\r\n';
const BEGINNING = '{"It';
const CUT = `content-length: 99\r\n\r\n${BEGINNING}`;
const CUT_CHUNKS = `transfer-encoding: chunked\r\n\r\n4\r\n${BEGINNING}\r\n`;
const CLOSE = 'connection: close\r\n';

describe.each<Service>(['DynamoDB', 'S3'])('a request to %s is answered, as by the SDK,', (service) => {
  it.each([
    ['after an early hint', alwaysSays(`HTTP/1.1 103 X\r\nlink: a\r\n\r\n${rawAnswer(200, ITEM)}`)],
    ['where the connection ends without an answer', saysAndEnds('')],
    ['where it is reset without an answer', first(({ socket }) => void socket.resetAndDestroy())],
    ['where it ends amid the head', saysAndEnds('HTTP/1.1 200 OK\r\ncontent-le')],
    ['with more bytes than announced', alwaysSays(`${rawAnswer(200, ITEM)}rubbish`)],
    [
      'to the end of an old connection',
      first(({ socket }) => void socket.end(`HTTP/1.0 200 X\r\n\r\n${ITEM}`)),
    ],
    ['after a 503 without a word', says(rawAnswer(503, ''))],
    ['with a checksum that is none', alwaysSays(rawAnswer(200, ITEM, 'x-amz-crc32: 1\r\n'))],
  ])('%s', async (_, answer) => {
    const { own, sdk } = await outcomes(service, answer);
    expect(own.value).toBe(service === 'S3' ? ITEM : 'a');
    expect(own).toEqual(sdk);
  });

  it('after 100 Continue, for which it did not ask', async () => {
    const { own, sdk } = await outcomes(
      service,
      alwaysSays(`HTTP/1.1 100 Continue\r\n\r\n${rawAnswer(200, ITEM)}`),
    );
    // Once by undici, which takes it for a fault.
    expect(own).toEqual({ ...sdk, requests: 2 });
  });
});

describe('a body that is cut', () => {
  it.each([
    ['by the end', saysAndEnds(`HTTP/1.1 200 X\r\n${CUT}`)],
    ['by the end that was announced', saysAndEnds(`HTTP/1.1 200 X\r\n${CLOSE}${CUT}`)],
    ['by the end amid its chunks', saysAndEnds(`HTTP/1.1 200 X\r\n${CUT_CHUNKS}`)],
    ['by the announced end amid its chunks', saysAndEnds(`HTTP/1.1 200 X\r\n${CLOSE}${CUT_CHUNKS}`)],
  ])('%s is asked for again of DynamoDB, and passes for S3, as with the SDK', async (_, answer) => {
    const [item, object] = await Promise.all([outcomes('DynamoDB', answer), outcomes('S3', answer)]);
    expect(item.own).toEqual({ value: 'a', requests: 2 });
    expect(item.own).toEqual(item.sdk);
    expect(object.own).toMatchObject({ code: 'ECONNRESET', reason: 'unreachable', requests: 1 });
    expect(object.own).toEqual(object.sdk);
  });

  // Of S3 it depends on the moment whether the head was read before.
  it.each([
    ['a reset', saysAndResets(`HTTP/1.1 200 X\r\n${CUT}`)],
    ['a reset instead of the announced end', saysAndResets(`HTTP/1.1 200 X\r\n${CLOSE}${CUT}`)],
  ])('by %s is asked for again of DynamoDB, as with the SDK', async (_, answer) => {
    const { own, sdk } = await outcomes('DynamoDB', answer);
    expect(own).toEqual({ value: 'a', requests: 2 });
    expect(own).toEqual(sdk);
  });
});

describe('an answer that nobody asked for', () => {
  it.each([
    ['and the end', (socket: Socket, text: string) => void socket.end(text)],
    ['alone', (socket: Socket, text: string) => void socket.write(text)],
  ])('%s, as a resting connection gets it, is not that of the next request', async (_, say) => {
    const server = await socketServer(({ count, socket }) => {
      socket.write(rawAnswer(200, ITEM));
      if (count === 0) setImmediate(() => say(socket, rawAnswer(408, 'too late', CLOSE)));
    });
    const table = dynamoDbTagTable({ tableName: 't', client: settings(server.url) });
    const read = () => table.read({ Key: { PK: 'a', SK: 'b' }, ConsistentRead: true });
    for (let times = 0; times < 5; times++) expect(await read()).toEqual({ PK: 'a' });
  });
});

describe('a refusal is told with the name and state that the SDK has, after as many attempts', () => {
  it.each([
    ['of another region', 301, 'PermanentRedirect', 'x-amz-bucket-region: eu-west-1\r\n'],
    ['of a new bucket', 307, 'TemporaryRedirect', 'location: http://127.0.0.1:1/\r\n'],
    ['of a signature for another region', 400, 'AuthorizationHeaderMalformed', ''],
    ['of a token that is too old', 400, 'ExpiredToken', ''],
    ['of a slow upload', 400, 'RequestTimeout', ''],
    ['for the rate', 503, 'SlowDown', ''],
    ['for a fault of its own', 500, 'InternalError', ''],
  ])('%s, by S3: %i %s', async (_, status, code, headers) => {
    const { own, sdk } = await outcomes('S3', alwaysSays(rawAnswer(status, xml(code), XML + headers)));
    expect(own).toMatchObject({ name: code, status });
    expect(own).toEqual(sdk);
  });

  it.each([
    [400, 'ThrottlingException'],
    [400, 'ExpiredTokenException'],
    [400, 'UnrecognizedClientException'],
    [400, 'AccessDeniedException'],
    [500, 'InternalServerError'],
  ])('by DynamoDB: %i %s', async (status, name) => {
    const body = JSON.stringify({ __type: `com.amazon.coral.service#${name}`, message: 'no' });
    const { own, sdk } = await outcomes('DynamoDB', alwaysSays(rawAnswer(status, body)));
    expect(own).toMatchObject({ name, status });
    expect(own).toEqual(sdk);
  });

  it.each([408, 413, 429, 502, 503, 504])('by what stands between, with a page: %i', async (status) => {
    for (const service of ['DynamoDB', 'S3'] as const) {
      const { own, sdk } = await outcomes(service, alwaysSays(rawAnswer(status, '<html>no</html>')));
      const { status: told, reason, requests } = sdk;
      expect(own).toMatchObject({ status: told, reason, requests });
    }
  });
});
