import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, inject, onTestFinished, test } from 'vitest';
import type { S3Notification } from '../../functions/local/s3-endpoint/notification.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import {
  BUCKET,
  countFiles,
  notifyQueue,
  openEndpoint,
  recordsOf,
  s3Client,
  someBytes,
} from './s3-endpoint-fixture.ts';

const PROGRAM = join(inject('programs'), 's3-endpoint-process.js');

test('keeps every object that was answered, and the notifications on their way, through kill -9', async () => {
  const folder = await temporaryFolder();
  const first = await startProcess(folder, 'take');
  await makeBucket(first.client);
  const bodies = Array.from({ length: 20 }, (_, index) => someBytes(50_000, index));
  const answered = new Map<string, Buffer>();
  const uploads = bodies.map(async (Body, index) => {
    await first.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: `k${index}`, Body }));
    answered.set(`k${index}`, Body);
    if (answered.size === 10) first.process.kill('SIGKILL');
  });
  await Promise.allSettled(uploads);
  // Until then it holds the lock, and what it has told may be on its way.
  await first.ended;
  expect(answered.size).toBeGreaterThanOrEqual(10);

  const second = await openEndpoint({ folder });
  for (const [Key, body] of answered) {
    const got = await second.client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
  }
  const { Contents = [] } = await second.client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
  const told = [...recordsOf(first.notifications), ...second.records()].map(({ s3 }) => s3.object.key);
  expect([...new Set(told)].sort()).toEqual(Contents.map(({ Key }) => Key).sort());
  expect(await countFiles(folder)).toEqual({ blobs: Contents.length, unfinished: 0 });
});

test('hands over after kill -9 what had been stored but not taken over, oldest first', async () => {
  const folder = await temporaryFolder();
  const first = await startProcess(folder, 'refuse');
  await makeBucket(first.client);
  const keys = ['b', 'a', 'c'];
  const unanswered: Promise<unknown>[] = [];
  for (const [index, Key] of keys.entries()) {
    unanswered.push(first.client.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key })));
    await expect.poll(() => recordsOf(first.notifications)).toHaveLength(index + 1);
  }
  first.process.kill('SIGKILL');
  const outcomes = await Promise.allSettled(unanswered);
  await first.ended;
  expect(outcomes.map(({ status }) => status)).toEqual(keys.map(() => 'rejected'));

  const second = await openEndpoint({ folder });
  expect(second.records().map(({ s3 }) => s3.object.key)).toEqual(keys);
  expect(second.records()).toEqual(recordsOf(first.notifications));
  await second.close();
  const third = await openEndpoint({ folder });
  expect(third.records()).toEqual([]);
});

test('gives one key rising sequencers across a restart, even if the clock was set back', async () => {
  const folder = await temporaryFolder();
  const first = await openEndpoint({ folder });
  await makeBucket(first.client);
  await first.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: '1' }));
  await first.close();
  const now = Date.now;
  onTestFinished(() => {
    Date.now = now;
  });
  Date.now = () => now() - 60_000;
  const second = await openEndpoint({ folder });
  await second.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: '2' }));
  const [before, after] = [...first.records(), ...second.records()].map(({ s3 }) => s3.object.sequencer);
  expect(after! > before!).toBe(true);
});

test('removes what a crash left half done', async () => {
  const folder = await temporaryFolder();
  const first = await openEndpoint({ folder });
  await makeBucket(first.client);
  await first.client.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'k', Body: 'kept' }));
  await first.close();
  await writeFile(`${folder}/unfinished/cut-off`, 'half');
  await writeFile(`${folder}/blobs/unknown`, 'whole, but never committed');
  const second = await openEndpoint({ folder });
  expect(await countFiles(folder)).toEqual({ blobs: 1, unfinished: 0 });
  const got = await second.client.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'k' }));
  expect(await got.Body!.transformToString()).toBe('kept');
});

test('rejects a folder that another process uses', async () => {
  const folder = await temporaryFolder();
  await startProcess(folder, 'take');
  await expect(openEndpoint({ folder })).rejects.toMatchObject({
    message: `The folder ${folder}/metadata is in use by another process`,
    cause: { code: 'LEVEL_LOCKED' },
  });
});

async function makeBucket(client: S3Client): Promise<void> {
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  await notifyQueue(client, { Events: ['s3:ObjectCreated:*'] });
}

async function startProcess(folder: string, behaviour: 'take' | 'refuse') {
  const child = spawn(process.execPath, [PROGRAM, folder, behaviour], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await ended;
  });
  const notifications: { notification: S3Notification }[] = [];
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', () => reject(new Error('The endpoint ended before it was ready')));
    createInterface({ input: child.stdout }).on('line', (line) => {
      const message = JSON.parse(line);
      if (message.url) resolve(message.url);
      else notifications.push(message);
    });
  });
  const client = s3Client(url);
  onTestFinished(() => client.destroy());
  return { process: child, client, notifications, ended };
}
