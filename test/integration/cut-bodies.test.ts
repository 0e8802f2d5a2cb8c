import { join } from 'node:path';
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { SQSEvent } from 'aws-lambda';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { acceptEveryUpload } from '../../functions/core/objects/object.ts';
import { readImageRecord } from '../../functions/core/records/image-record.ts';
import { startEventSourceMapping } from '../../functions/local/queue/event-source-mapping.ts';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { composeTagger } from '../../functions/tag-images/composition.ts';
import { messageTagger } from '../../functions/tag-images/tag-messages.ts';
import { repository, waitUntil } from '../e2e/support.ts';
import { CUTS, type Cutting, startCuttingProxy } from '../fixtures/cutting-proxy.ts';
import { everyFormat, scene } from '../fixtures/pictures.ts';
import { startStores } from '../fixtures/stores.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

/** The bucket of the stores. */
const BUCKET = 'bench';

let stores: Awaited<ReturnType<typeof startStores>>;
let client: S3Client;
let pictures: ReadonlyMap<string, Uint8Array>;
beforeAll(async () => {
  stores = await startStores();
  client = new S3Client(stores.s3Options);
  const all = Object.entries(await everyFormat());
  pictures = new Map(all.map(([name, { bytes }]) => [name.replaceAll(' ', '-'), bytes]));
});
afterAll(async () => {
  client.destroy();
  await stores.close();
});

/** Uploads in parts: the ETag is then no digest of the whole. */
async function putInParts(Key: string, Body: Uint8Array): Promise<void> {
  const at = { Bucket: BUCKET, Key };
  const { UploadId } = await client.send(new CreateMultipartUploadCommand(at));
  const { ETag } = await client.send(new UploadPartCommand({ ...at, UploadId, PartNumber: 1, Body }));
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] };
  await client.send(new CompleteMultipartUploadCommand({ ...at, UploadId, MultipartUpload }));
}

const put = (Key: string, Body: Uint8Array) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));

/** Works on the messages of all uploads so far, as the function does, and reads objects through a proxy that cuts. */
async function tagThrough(cuttingOf: (count: number) => Cutting | undefined) {
  const proxy = await startCuttingProxy(stores.s3Options.endpoint, (_, count) => cuttingOf(count));
  const tagger = await composeTagger({
    modelFolder: join(repository, 'models/embedded'),
    labelSets: [join(repository, 'models/labels/general.yaml')],
    classifierFolder: stores.classifierFolder,
    maximumBytes: 2 ** 26,
    s3: { ...stores.s3Options, endpoint: proxy.url },
    table: stores.tableOptions,
    warn: console.error,
  });
  const queue = await openQueue({
    folder: await temporaryFolder(),
    ...{ visibilityTimeoutSeconds: 60, maxReceiveCount: 5 },
  });
  const told: Record<string, string[]> = {};
  const tell = (key = '', what = '') => {
    told[key] = [...(told[key] ?? []), what];
  };
  const tagMessages = messageTagger({
    tagger,
    filter: acceptEveryUpload,
    report: {
      outcome: ({ object, result, record }) => tell(object.key, record?.reasonCode ?? result),
      ignored: () => {},
      fault: (error, _, object) => {
        const { code = String(error) } = error as { code?: string };
        tell(object?.key, code);
      },
    },
  });
  for (const body of stores.otherBodies()) await queue.send(body);
  const mapping = startEventSourceMapping({
    queue,
    handler: (event: SQSEvent) => tagMessages(event),
    functionTimeoutSeconds: 60,
    retryDelaySeconds: 0,
    onFailure: () => {},
  });
  await waitUntil(async () => queue.counts().visible + queue.counts().inFlight === 0);
  const { deadLetters } = queue.counts();
  await mapping.close();
  await queue.close();
  await proxy.close();
  const statusOf = async (key: string) =>
    (await tagger.table.read(readImageRecord({ bucket: BUCKET, key })))?.status;
  return { told, deadLetters, statusOf };
}

/** Nothing is left at first, then the beginning, then all but the end. */
const KEPT: readonly Cutting['kept'][] = [() => 0, (size) => size >> 1, (size) => size - 1];

describe.each(CUTS)('bodies on their way that are cut by %s', (cut) => {
  // A body that ends before its length is one that the connection broke off.
  const fault = cut === 'mid-stream' ? 'ECONNRESET' : 'object-incomplete';

  it('are fetched again until they are whole, and never recorded as faults of the image', async () => {
    for (const [name, bytes] of pictures) await put(`${cut}/${name}`, bytes);
    const { told, deadLetters, statusOf } = await tagThrough(
      (count) => KEPT[count] && { cut, kept: KEPT[count] },
    );
    for (const name of pictures.keys()) {
      expect(told[`${cut}/${name}`], name).toEqual([fault, fault, fault, 'tagged']);
      expect(await statusOf(`${cut}/${name}`), name).toBe('tagged');
    }
    expect(deadLetters).toBe(0);
  });

  // Where nothing is told of the bytes, nobody can tell that they are others.
  it.skipIf(cut === 'other-bytes')('are fetched again as well when they were uploaded in parts', async () => {
    const key = `${cut}/in-parts.jpg`;
    await putInParts(key, await scene(120, 80).jpeg().toBuffer());
    const { told, statusOf } = await tagThrough((count) => KEPT[count] && { cut, kept: KEPT[count] });
    expect(told).toEqual({ [key]: [fault, fault, fault, 'tagged'] });
    expect(await statusOf(key)).toBe('tagged');
  });
});

describe('uploads that are themselves cut', () => {
  const halves = () =>
    [...pictures].map(([name, bytes]) => [name, bytes.subarray(0, bytes.length >> 1)] as const);

  it('are recorded as truncated at once', async () => {
    for (const [name, bytes] of halves()) await put(`halves/${name}`, bytes);
    await putInParts('halves/in-parts', (await scene(120, 80).jpeg().toBuffer()).subarray(0, 1_000));
    const { told, deadLetters, statusOf } = await tagThrough(() => undefined);
    expect(Object.keys(told)).toHaveLength(pictures.size + 1);
    for (const [key, what] of Object.entries(told)) {
      expect(what, key).toEqual(['truncated']);
      expect(await statusOf(key), key).toBe('failed');
    }
    expect(deadLetters).toBe(0);
  });

  it('are recorded as truncated once all of them arrives, if their way cuts them too', async () => {
    for (const [name, bytes] of halves()) await put(`cut-halves/${name}`, bytes);
    const cutting: Cutting = { cut: 'shorter-length', kept: (size) => size >> 1 };
    const { told } = await tagThrough((count) => (count === 0 ? cutting : undefined));
    expect(Object.keys(told)).toHaveLength(pictures.size);
    for (const [key, what] of Object.entries(told))
      expect(what, key).toEqual(['object-incomplete', 'truncated']);
  });

  it('are recorded as empty at once when nothing is in them', async () => {
    await put('nothing.jpg', new Uint8Array());
    const { told } = await tagThrough(() => undefined);
    expect(told).toEqual({ 'nothing.jpg': ['empty'] });
  });
});
