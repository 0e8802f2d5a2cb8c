import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { EventBridgeClient, ListEventBusesCommand } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, ListBucketsCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { ListQueuesCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventsOf } from '../../functions/core/objects/event.ts';
import { repository } from '../e2e/support.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { motoStacks } from '../integration/support/moto-stacks.ts';
import { available } from '../integration/tools.ts';

/** moto gives buses no policy by CloudFormation, and asks for none: test/infra asserts it of the template. */
const hasTools = available('moto_server') && available('aws');

const BUCKET = 'their-photos';

/** What docs/deploying.md has the other account run, with the names of this test. */
async function documentedCommands(theirs: string, ours: string, bus: string): Promise<string> {
  const text = await readFile(join(repository, 'docs/deploying.md'), 'utf8');
  const [, commands = ''] = /## Buckets of other accounts[\s\S]*?```sh\n([\s\S]*?)```/.exec(text) ?? [];
  return commands
    .replaceAll('111122223333', theirs)
    .replaceAll('444455556666', ours)
    .replaceAll(/\bBUS\b/g, bus);
}

describe.skipIf(!hasTools)('a bucket of another account on moto', () => {
  let ours: MotoAccount;
  let theirs: MotoAccount;
  let folder: string;
  let from: string;
  let queueUrl: string;
  let s3: S3Client;
  beforeAll(async () => {
    [ours, theirs] = await Promise.all([openMotoAccount(), openMotoAccount()]);
    folder = await mkdtemp(join(tmpdir(), 'cliptag-foreign-'));
    const stacks = motoStacks(ours, folder);
    await ours.bootstrap();
    const settings = { foreignBucket: `${theirs.id}/${BUCKET}`, prefix: 'in/' };
    from = await stacks.synthesize('Foreign', 'cat, dog', settings);
    await stacks.deploy(from, '--method', 'direct');
    const ids = Object.entries(await stacks.physicalIds('Foreign'));
    const idOf = (pattern: RegExp) => ids.find(([name]) => pattern.test(name))?.[1] ?? '';
    queueUrl = idOf(/^TaggerUploadQueue[0-9A-F]{8}$/);
    // moto would run the function, which takes a Docker engine.
    const mapping = `event-source-mappings/${idOf(/SqsEventSource/)}`;
    await ours.lambda('PUT', mapping, { Enabled: false });
    const bus = (await buses()).find(({ Name }) => Name !== 'default')?.Arn ?? '';
    s3 = new S3Client({ ...theirs.client, forcePathStyle: true });
    for (const Bucket of [BUCKET, 'not-for-us']) await s3.send(new CreateBucketCommand({ Bucket }));
    const commands = await documentedCommands(theirs.id, ours.id, bus);
    await promisify(execFile)('sh', ['-e', '-c', commands], { env: theirs.env });
  });
  afterAll(async () => {
    s3?.destroy();
    await Promise.all([ours?.close(), theirs?.close()]);
    if (folder) await rm(folder, { recursive: true });
  });

  async function buses() {
    const client = new EventBridgeClient(ours.client);
    const { EventBuses = [] } = await client.send(new ListEventBusesCommand());
    client.destroy();
    return EventBuses;
  }

  it('brings what is uploaded there to the queue, by the commands of the documentation', async () => {
    for (const [Bucket, Key] of [
      [BUCKET, 'in/a.jpg'],
      [BUCKET, 'out/b.jpg'],
      ['not-for-us', 'in/c.jpg'],
    ] as const) {
      await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    }
    const sqs = new SQSClient(ours.client);
    const receive = new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await sqs.send(receive);
    sqs.destroy();
    const objects = Messages.flatMap(({ Body = '' }) => eventsOf(Body)).map((event) =>
      event.kind === 'created' ? [event.object.bucket, event.object.key] : event.kind,
    );
    expect(objects).toEqual([[BUCKET, 'in/a.jpg']]);
  });

  it('is left as it is when the stack is destroyed, whose bus and queue go', async () => {
    await ours.cdk('destroy', 'Foreign', '--force', '--app', from);
    expect((await buses()).map(({ Name }) => Name)).toEqual(['default']);
    const sqs = new SQSClient(ours.client);
    const { QueueUrls = [] } = await sqs.send(new ListQueuesCommand());
    sqs.destroy();
    expect(QueueUrls).toEqual([]);
    const { Buckets = [] } = await s3.send(new ListBucketsCommand());
    expect(Buckets.map(({ Name }) => Name)).toContain(BUCKET);
  });
});
