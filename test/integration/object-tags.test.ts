import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectTaggingCommand,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { s3ObjectTags } from '../../functions/adapters/aws/s3-object-tags.ts';
import { acceptEveryUpload } from '../../functions/core/objects/object.ts';
import type { ImageRecord } from '../../functions/core/records/image-record.ts';
import { readRecord } from '../../functions/core/records/record-commit.ts';
import type { Tagger } from '../../functions/core/tagging/tag-image.ts';
import { composeChannels } from '../../functions/tag-images/channels.ts';
import { composeTagger } from '../../functions/tag-images/composition.ts';
import { messageTagger } from '../../functions/tag-images/tag-messages.ts';
import { repository } from '../e2e/support.ts';
import { sqsEvent } from '../fixtures/sqs-event.ts';
import { startStores } from '../fixtures/stores.ts';

const LIMIT = 3;
const bucket = 'bench';

let stores: Awaited<ReturnType<typeof startStores>>;
let s3: S3Client;
let tagger: Tagger;
let handle: (bodies: readonly string[]) => Promise<readonly string[]>;
const faults: string[] = [];

beforeAll(async () => {
  stores = await startStores();
  s3 = new S3Client(stores.s3Options);
  tagger = await composeTagger({
    modelFolder: join(repository, 'models/embedded'),
    labelSets: [join(repository, 'models/labels')],
    classifierFolder: stores.classifierFolder,
    maximumBytes: 2 ** 26,
    s3: stores.s3Options,
    table: stores.tableOptions,
    warn: console.error,
  });
  const tagMessages = messageTagger({
    tagger,
    filter: acceptEveryUpload,
    report: { outcome: () => {}, ignored: () => {}, fault: (error) => faults.push(String(error)) },
    channels: composeChannels({ objectTagLimit: LIMIT, s3: stores.s3Options }),
  });
  handle = async (bodies) => {
    const { batchItemFailures } = await tagMessages(sqsEvent(bodies));
    return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  };
});
afterAll(async () => {
  s3.destroy();
  await stores.close();
});

async function tagsOf(key: string): Promise<Record<string, string>> {
  const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
  return Object.fromEntries(TagSet.map(({ Key = '', Value = '' }) => [Key, Value]));
}

function putTags(key: string, tags: Readonly<Record<string, string>>) {
  const TagSet = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return s3.send(new PutObjectTaggingCommand({ Bucket: bucket, Key: key, Tagging: { TagSet } }));
}

async function recordOf(key: string): Promise<ImageRecord> {
  const record = await readRecord({ bucket, key }, tagger.table);
  if (!record) throw new Error(`Expected a record of ${key}`);
  return record;
}

const ownTags = ({ tags }: ImageRecord) =>
  Object.fromEntries(
    [...tags]
      .sort((a, b) => b.score - a.score)
      .slice(0, LIMIT)
      .map(({ set, label }) => [`cliptag:${set}:${label}`, 'yes']),
  );

describe('an image that is tagged', () => {
  it('carries its best tags as S3 object tags, beside those of others', async () => {
    const [body = ''] = await stores.uploadSamples(['chelsea.png']);
    await putTags('chelsea.png', { team: 'zoo', 'cliptag:general:former': 'yes' });
    expect(await handle([body])).toEqual([]);
    const own = ownTags(await recordOf('chelsea.png'));
    expect(Object.keys(own).length).toBeGreaterThan(0);
    expect(await tagsOf('chelsea.png')).toEqual({ team: 'zoo', ...own });
  });

  it('gets them from the message that comes again, when they could not be written at first', async () => {
    const [body = ''] = await stores.uploadSamples(['rocket.jpg']);
    const broken = {
      store: s3ObjectTags({ ...stores.s3Options, endpoint: 'http://127.0.0.1:1', maxAttempts: 1 }),
    };
    const notTold = messageTagger({
      tagger,
      filter: acceptEveryUpload,
      report: { outcome: () => {}, ignored: () => {}, fault: (error) => faults.push(String(error)) },
      channels: { objectTags: { ...broken, limit: LIMIT } },
    });
    let measured = 0;
    const { batchItemFailures } = await notTold(sqsEvent([body]), {
      measured: ({ notTold: count }) => {
        measured = count;
      },
    });
    expect([batchItemFailures.length, measured]).toEqual([1, 1]);
    expect(faults.pop()).toMatch(
      /^CliptagError: bench\/rocket.jpg is recorded but not told of: Error: connect/,
    );
    expect(await tagsOf('rocket.jpg')).toEqual({});
    expect(await handle([body])).toEqual([]);
    expect(await tagsOf('rocket.jpg')).toEqual(ownTags(await recordOf('rocket.jpg')));
  });

  it('has none of ours where others have taken all ten', async () => {
    const [body = ''] = await stores.uploadSamples(['coffee.png']);
    const ten = Object.fromEntries(Array.from({ length: 10 }, (_, i) => [`k${i}`, `${i}`]));
    await putTags('coffee.png', ten);
    expect(await handle([body])).toEqual([]);
    expect(await tagsOf('coffee.png')).toEqual(ten);
  });

  it('that is overwritten by something else loses ours, and keeps those of the overwriting', async () => {
    const [body = ''] = await stores.uploadSamples(['chelsea.png']);
    const put = { Bucket: bucket, Key: 'chelsea.png', Body: 'no image', Tagging: 'cliptag%3Aold=yes&a=b' };
    await s3.send(new PutObjectCommand(put));
    expect(await handle([body])).toEqual([]);
    const [overwritten = ''] = stores.otherBodies();
    expect(await handle([overwritten])).toEqual([]);
    expect((await recordOf('chelsea.png')).status).toBe('failed');
    expect(await tagsOf('chelsea.png')).toEqual({ a: 'b' });
  });

  it('and then removed is no fault', async () => {
    const [body = ''] = await stores.uploadSamples(['rocket.jpg']);
    const record = await recordOf('rocket.jpg');
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'rocket.jpg' }));
    expect(await handle([body])).toEqual([]);
    const store = s3ObjectTags(stores.s3Options);
    expect(await store.read(record)).toBeUndefined();
    await expect(store.write(record, [])).resolves.toBeUndefined();
  });
});

it('tagging objects causes no event that would be tagged again, and such an event would be left alone', async () => {
  const [body = ''] = await stores.uploadSamples(['coffee.png']);
  expect(await handle([body])).toEqual([]);
  expect(Object.keys(await tagsOf('coffee.png')).length).toBeGreaterThan(0);
  expect(stores.otherBodies()).toEqual([]);
  const before = await recordOf('coffee.png');
  expect(await handle([body.replace('ObjectCreated:Put', 'ObjectTagging:Put')])).toEqual([]);
  expect(await recordOf('coffee.png')).toEqual(before);
});

it('asks for the very version that was tagged', async () => {
  const urls: string[] = [];
  const server = createServer((request, response) => {
    urls.push(`${request.method} ${request.url}`);
    response.end('<Tagging><TagSet/></Tagging>');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const store = s3ObjectTags({ ...stores.s3Options, endpoint: `http://127.0.0.1:${port}` });
  const object = { bucket: 'b', key: 'ü 1.jpg', versionId: 'v+1', sequencer: '' };
  await store.read(object);
  await store.write(object, [{ key: 'a', value: 'b' }]);
  server.close();
  server.closeAllConnections();
  expect(urls).toEqual([
    'GET /b/%C3%BC%201.jpg?tagging=&versionId=v%2B1',
    'PUT /b/%C3%BC%201.jpg?tagging=&versionId=v%2B1',
  ]);
});
