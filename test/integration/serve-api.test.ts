import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createClient } from '../../functions/client/client.ts';
import { readApiEnvironment } from '../../functions/config.ts';
import { LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { listen, loopbackUrl } from '../../functions/local/http/loopback-server.ts';
import type { Pipeline } from '../../functions/local/pipeline.ts';
import { composeApi } from '../../functions/serve-api/composition.ts';
import { functionUrlHandler } from '../../functions/serve-api/function-url.ts';
import { openSearch } from '../../functions/serve-api/opened-search.ts';
import { functionUrlEvent } from '../fixtures/function-url-event.ts';
import { drawn } from '../fixtures/pictures.ts';
import { startTinyPipeline, untilIdle, uploadPictures } from '../fixtures/tiny-pipeline.ts';

const md5 = (text: string) => createHash('md5').update(text).digest('hex');

/** The bodies of messages that the API has sent, by what stands for SQS. */
const sent: string[] = [];
const sqs = createServer(async (request, response) => {
  const body = JSON.parse(await text(request)) as { Entries?: { Id: string; MessageBody: string }[] };
  sent.push(...(body.Entries ?? []).map(({ MessageBody }) => MessageBody));
  const Successful = (body.Entries ?? []).map(({ Id, MessageBody }) => ({
    Id,
    MessageId: Id,
    MD5OfMessageBody: md5(MessageBody),
  }));
  const Attributes = { ApproximateNumberOfMessages: '3', ApproximateNumberOfMessagesNotVisible: '1' };
  response.setHeader('content-type', 'application/x-amz-json-1.0');
  response.end(JSON.stringify(body.Entries ? { Successful, Failed: [] } : { Attributes }));
});

let folder: string;
let pipeline: Pipeline;
let client: ReturnType<typeof createClient>;

/** The API as Lambda runs it, before real endpoints, called by events of its URL. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-api-'));
  pipeline = await startTinyPipeline({ dataFolder: folder, logitScale: 10 });
  await uploadPictures(pipeline, ['a.png', 'in/b.png', 'in/c d+é.png']);
  const broken = Buffer.from('no picture');
  await pipeline.bucket.put('in/broken.jpg', broken, broken.length);
  await untilIdle(pipeline);
  const queueUrl = `${loopbackUrl(await listen(sqs, 0))}/queue`;
  const local = { region: 'us-east-1', credentials: { accessKeyId: 'local', secretAccessKey: 'local' } };
  const clients = {
    table: { ...local, endpoint: pipeline.dynamodb.url },
    s3: { ...local, endpoint: pipeline.s3.url, forcePathStyle: true },
    queue: { ...local, endpoint: new URL(queueUrl).origin },
  };
  const environment = readApiEnvironment({
    TABLE_NAME: LOCAL_TABLE_NAME,
    MODEL_FOLDER: join(folder, 'model-10'),
    LABEL_SETS: join(folder, 'labels.yaml'),
    BUCKETS: 'photos',
    KEY_PREFIXES: 'in/',
    QUEUE_URL: queueUrl,
    DEAD_LETTER_QUEUE_URL: `${queueUrl}-dead`,
    WRITES: 'true',
  });
  const fail = (error: unknown) => {
    throw error;
  };
  const opened = await openSearch(environment, {
    warn: (_what, error) => fail(error),
    client: clients.table,
  });
  const app = composeApi(environment, { ...opened, report: fail, clients });
  const handler = functionUrlHandler((request) => app.fetch(request));
  client = createClient({
    url: 'https://abcdefghij.lambda-url.eu-central-1.on.aws',
    fetch: async (request) => {
      const {
        statusCode = 0,
        headers,
        body,
        isBase64Encoded,
      } = await handler(await functionUrlEvent(request));
      const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
      return new Response(bytes.length > 0 ? bytes : null, {
        status: statusCode,
        headers: headers as Record<string, string>,
      });
    },
  });
});
afterAll(async () => {
  sqs.close();
  await pipeline.close();
  await rm(folder, { recursive: true, force: true });
});

const ODD = { bucket: 'photos', key: 'in/c d+é.png' };

describe('the API of a deployed pipeline', () => {
  it('finds images, by label and by status', async () => {
    expect((await client.search('')).total).toBe(4);
    const { images } = await client.search('cat OR dog', { order: 'name' });
    expect(images.map(({ key }) => key)).toEqual(['a.png', 'in/b.png', 'in/c d+é.png']);
    expect((await client.search('status:failed')).images).toMatchObject([{ reasonCode: 'not-an-image' }]);
    expect((await client.labels()).length).toBeGreaterThan(0);
    await expect(client.search('(')).rejects.toMatchObject({ code: 'invalid-query', status: 400 });
  });

  it('encodes a free text, for which it loads the text encoder', async () => {
    const { understood } = await client.search('"photo"', { all: true });
    expect(understood).toContain('photo');
  });

  it('leads to an object by an address that S3 takes', async () => {
    const picture = await client.original(ODD);
    expect(picture.type).toBe('image/png');
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('leads to no object above its prefix, though there is a record of it', async () => {
    for (const ask of [client.image, client.original, client.retry, client.similar]) {
      await expect(ask({ bucket: 'photos', key: 'a.png' })).rejects.toMatchObject({ code: 'no-image' });
    }
  });

  it('takes corrections, which the next search knows', async () => {
    const { tags } = await client.image(ODD);
    const [{ set, label } = { set: '', label: '' }] = tags;
    const corrected = await client.correct(ODD, { remove: [{ set, label }] });
    expect(corrected.tags.map((tag) => tag.label)).not.toContain(label);
    expect(corrected.corrections).toMatchObject([{ label, isThere: false }]);
  });

  it('sends an image that failed to the queue once more', async () => {
    await client.retry({ bucket: 'photos', key: 'in/broken.jpg' });
    expect(sent.map((body) => JSON.parse(body).listedObject)).toMatchObject([
      { key: 'in/broken.jpg', isRetry: true },
    ]);
  });

  it('makes a form that S3 takes a picture by, under a key that was free', async () => {
    const bytes = await drawn(24, 24, (x, y) => [x, y, 200])
      .png()
      .toBuffer();
    const file = new File([new Uint8Array(bytes)], 'b.png', { type: 'image/png' });
    expect(await client.upload(file)).toEqual({ bucket: 'photos', key: 'in/b-2.png' });
    await untilIdle(pipeline);
    expect(await client.image({ bucket: 'photos', key: 'in/b-2.png' })).toMatchObject({ status: 'tagged' });
  });

  it('counts images, messages and dead letters', async () => {
    expect(await client.status()).toMatchObject({
      queue: { visible: 3, inFlight: 1 },
      deadLetters: 3,
      images: { failed: 1 },
    });
  });
});
