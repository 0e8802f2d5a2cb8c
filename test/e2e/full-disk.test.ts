import { execFileSync } from 'node:child_process';
import { mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DynamoDBClient, GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, it } from 'vitest';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { credentials, makeFolder, region, startPipelineProcess, waitForRecord } from './support.ts';

const DISK_MEBIBYTES = 160;
const MEBIBYTE = 1024 * 1024;

/** A disk of its own in memory, of which only what is written takes any. */
function mount(folder: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MEBIBYTES}m`, 'tmpfs', folder], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}

it('refuses writes while the disk is full, reads on, and takes them again afterwards', async ({ skip }) => {
  const { folder, remove } = await makeFolder();
  const disk = join(folder, 'disk');
  await mkdir(disk);
  if (!mount(disk)) {
    console.info('Skipped: a full disk, which takes a file system of its own (mount -t tmpfs, as root)');
    await remove();
    skip();
  }
  try {
    const pipeline = await startPipelineProcess(join(disk, 'data'));
    const settings = { region, credentials, maxAttempts: 1 };
    const s3 = new S3Client({ ...settings, endpoint: pipeline.s3Url, forcePathStyle: true });
    const dynamodb = new DynamoDBClient({ ...settings, endpoint: pipeline.dynamodbUrl });
    const Body = await readFile(join(SAMPLE_FOLDER, 'chelsea.png'));
    const putObject = (Key: string) => s3.send(new PutObjectCommand({ Bucket: 'photos', Key, Body }));
    const key = { PK: { S: 'x' }, SK: { S: 'y' } };
    const putItem = () => dynamodb.send(new PutItemCommand({ TableName: 'cliptag', Item: key }));
    await putItem();

    const filler = await open(join(disk, 'filler'), 'w');
    for (let written = 0; written < DISK_MEBIBYTES - 30; written++)
      await filler.write(Buffer.alloc(MEBIBYTE));
    await filler.close();
    const refused = { $metadata: { httpStatusCode: 507 } };
    // What is free is looked up ten times a second.
    await new Promise((resolve) => setTimeout(resolve, 150));
    await expect(putObject('refused.png')).rejects.toMatchObject(refused);
    await expect(putItem()).rejects.toMatchObject(refused);
    const read = await s3.send(new GetObjectCommand({ Bucket: 'photos', Key: 'chelsea.png' }));
    expect((await read.Body?.transformToByteArray())?.length).toBe(Body.length);
    expect((await dynamodb.send(new GetItemCommand({ TableName: 'cliptag', Key: key }))).Item).toEqual(key);

    await rm(join(disk, 'filler'));
    await new Promise((resolve) => setTimeout(resolve, 150));
    await putObject('taken.png');
    expect(await waitForRecord(pipeline, 'taken.png')).toMatchObject({ status: 'tagged' });
    expect(await pipeline.interrupt()).toBe(0);
    s3.destroy();
    dynamodb.destroy();
  } finally {
    execFileSync('umount', ['--lazy', disk]);
    await remove();
  }
}, 300_000);
