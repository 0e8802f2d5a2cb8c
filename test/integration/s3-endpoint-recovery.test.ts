import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { encodedNote } from '../../functions/local/s3-endpoint/object-note.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import {
  BUCKET,
  countFiles,
  notifyQueue,
  openEndpoint,
  openEndpointWithBucket,
  someBytes,
} from './s3-endpoint-fixture.ts';

const put = (client: S3Client, Key: string, Body: string | Buffer) =>
  client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body }));

async function bodyOf(client: S3Client, Key: string): Promise<Buffer> {
  const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
}

async function keysIn(client: S3Client): Promise<readonly (string | undefined)[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  return Contents.map(({ Key }) => Key);
}

/** All metadata is gone, as after the worst damage of the disk. */
const loseMetadata = (folder: string) => rm(join(folder, 'metadata'), { recursive: true });

test('restores every object from its file when the metadata is lost, and no object that was deleted', async () => {
  const folder = await temporaryFolder();
  const first = await openEndpointWithBucket({ folder });
  const bytes = someBytes(50_000);
  await put(first.client, 'kept', bytes);
  await put(first.client, 'replaced', 'old');
  await put(first.client, 'replaced', 'new');
  await put(first.client, 'deleted', 'gone');
  await first.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'deleted' }));
  await put(first.client, 'empty', '');
  await first.client.send(
    new PutObjectTaggingCommand({
      Bucket: BUCKET,
      Key: 'kept',
      Tagging: { TagSet: [{ Key: 'colour', Value: 'red' }] },
    }),
  );
  const told = first.records().map(({ s3 }) => s3.object.sequencer ?? '');
  await first.close();
  await loseMetadata(folder);

  const second = await openEndpoint({ folder });
  expect(second.recovered).toEqual({ restored: 3, dropped: 0 });
  expect(await keysIn(second.client)).toEqual(['empty', 'kept', 'replaced']);
  expect((await bodyOf(second.client, 'kept')).equals(bytes)).toBe(true);
  expect((await bodyOf(second.client, 'replaced')).toString()).toBe('new');
  const { TagSet } = await second.client.send(new GetObjectTaggingCommand({ Bucket: BUCKET, Key: 'kept' }));
  expect(TagSet).toEqual([{ Key: 'colour', Value: 'red' }]);

  await second.close();
  const third = await openEndpointWithBucketKnown(folder);
  await put(third.client, 'kept', 'newer');
  const [record] = third.records();
  expect((record?.s3.object.sequencer ?? '') > (told.sort().at(-1) ?? '')).toBe(true);
});

async function openEndpointWithBucketKnown(folder: string) {
  const endpoint = await openEndpoint({ folder });
  expect(endpoint.recovered).toEqual({ restored: 0, dropped: 0 });
  await notifyQueue(endpoint.client, { Events: ['s3:ObjectCreated:*'] });
  return endpoint;
}

test('drops objects whose files are gone, for later metadata deleted them', async () => {
  const folder = await temporaryFolder();
  const first = await openEndpointWithBucket({ folder });
  await put(first.client, 'kept', 'kept');
  await put(first.client, 'gone', 'gone, and longer');
  await first.close();
  for (const name of await readdir(join(folder, 'blobs'))) {
    const path = join(folder, 'blobs', name);
    if ((await readFile(path, 'utf8')).startsWith('gone')) await rm(path);
  }
  const second = await openEndpoint({ folder });
  expect(second.recovered).toEqual({ restored: 0, dropped: 1 });
  expect(await keysIn(second.client)).toEqual(['kept']);
});

test('does not bring back an object that was deleted while somebody read it', async () => {
  const folder = await temporaryFolder();
  const first = await openEndpointWithBucket({ folder });
  // More than sockets hold on both sides.
  const sizeBytes = 30_000_000;
  await put(first.client, 'read', Buffer.alloc(sizeBytes, 'x'));
  const { Body } = await first.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'read' }));
  await first.client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'read' }));
  const [blob = ''] = await readdir(join(folder, 'blobs'));
  const left = await readFile(join(folder, 'blobs', blob));
  expect(Buffer.from((await Body?.transformToByteArray()) ?? []).length).toBe(sizeBytes);
  await first.close();
  // As it would be if the process had ended before the reader.
  await writeFile(join(folder, 'blobs', blob), left);
  await loseMetadata(folder);
  const second = await openEndpoint({ folder });
  expect(second.recovered).toEqual({ restored: 0, dropped: 0 });
  expect(await countFiles(folder)).toEqual({ blobs: 0, unfinished: 0 });
});

test('takes no uploaded bytes for a note', async () => {
  const folder = await temporaryFolder();
  const first = await openEndpointWithBucket({ folder });
  const object = { key: 'forged', sizeBytes: 0, eTag: '', modified: '', sequencer: 'F', checksums: {} };
  const blobs = [{ id: 'another-id', sizeBytes: 0 }];
  const forged = encodedNote({ bucket: BUCKET, object: { ...object, headers: {}, tags: [], blobs } });
  await put(first.client, 'k', forged);
  await first.close();
  const [blob = ''] = await readdir(join(folder, 'blobs'));
  // As a crash leaves it that comes before the note.
  await writeFile(join(folder, 'blobs', blob), forged);
  await loseMetadata(folder);
  const second = await openEndpoint({ folder });
  expect(second.recovered).toEqual({ restored: 0, dropped: 0 });
});
