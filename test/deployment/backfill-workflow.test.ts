import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { CreateBucketCommand, HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import {
  CreateStateMachineCommand,
  DeleteStateMachineCommand,
  DescribeStateMachineCommand,
  SFNClient,
} from '@aws-sdk/client-sfn';
import {
  DeleteMessageCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { App } from 'aws-cdk-lib';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { eventsOf } from '../../functions/core/objects/event.ts';
import { putImageRecord } from '../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { ImageTaggingStack } from '../../infra/image-tagging-stack.ts';
import { type TaggingImage, taggingImage } from '../../infra/packaging/tagging-image.ts';
import { readSettings } from '../../infra/read-settings.ts';
import { type CliResult, jsonLines, runCli } from '../e2e/support/cli-process.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { available } from '../integration/tools.ts';

/**
 * A deployed backfill from end to end: the CDK deploys to moto, moto's interpreter runs the workflow's definition as it
 * was deployed but for its batches, and its calls of the function run the bundle and the environment that were deployed.
 * Only an account can show: the roles at work, batches of several objects, and listings of more than one page.
 */
const hasMoto = available('moto_server');
const BUCKET = 'photos-a';
const KEYS = Array.from({ length: 8 }, (_, i) => `in/${i} ü.jpg`);
/** Fewer than there are objects: some must wait. */
const QUEUE_DEPTH = 3;
const SETTINGS = {
  bucket: BUCKET,
  prefix: 'in/',
  suffix: '.jpg',
  enableEventBridge: false,
  backfillQueueDepth: QUEUE_DEPTH,
};

/** Runs the handler as Lambda does, in a process of its own: prints what it answers, or what it has thrown. */
const RUN_HANDLER = `
  const [file, payload] = process.argv.slice(1);
  const { handler } = await import(file);
  const answer = await handler(JSON.parse(payload)).then(
    (value) => ({ value }),
    ({ name, message }) => ({ error: { name, message } }),
  );
  process.stdout.write('\\n' + JSON.stringify(answer));
`;

describe.skipIf(!hasMoto)('a deployed backfill', () => {
  let account: MotoAccount;
  let folder: string;
  let image: TaggingImage;
  let outputs: Readonly<Record<string, string>>;
  const calls: { readonly objects: number; readonly error?: string }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cliptag-backfill-'));
    account = await openMotoAccount(invoke);
    const s3 = new S3Client({ ...account.client, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: BUCKET }));
    for (const Key of [...KEYS, 'in/a.txt', 'out/a.jpg']) {
      await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key, Body: Key }));
    }
    await account.bootstrap();
    // moto forgets the outputs of what a change set makes.
    const direct = ['--method', 'direct', '--require-approval', 'never'];
    await account.cdk('deploy', '--app', await synthesize(), ...direct);
    outputs = await stackOutputs();
    await withoutMapping();
    await interpretWorkflow();
  });
  afterAll(async () => {
    await account?.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function synthesize(): Promise<string> {
    const labelSet = join(folder, 'mine.yaml');
    await writeFile(labelSet, 'name: mine\nversion: 1\nmode: exclusive\nlabels: [cat, dog]\n');
    const { context } = JSON.parse(await readFile('cdk.json', 'utf8'));
    const outdir = join(folder, 'cdk.out');
    const app = new App({
      outdir,
      context: { ...context, ...SETTINGS },
      builtinCloudFormationValidation: false,
    });
    image = await taggingImage({ model: 'embedded', labelSets: [labelSet], architecture: 'arm64' });
    new ImageTaggingStack(app, 'Mine', { settings: readSettings(app.node), image });
    app.synth();
    return outdir;
  }

  async function stackOutputs() {
    const describe = new DescribeStacksCommand({ StackName: 'Mine' });
    const { Stacks = [] } = await new CloudFormationClient(account.client).send(describe);
    return Object.fromEntries(
      Stacks[0]!.Outputs!.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue]),
    );
  }

  /** moto would run the tagging function for the messages, which takes Docker. */
  async function withoutMapping(): Promise<void> {
    type Mappings = { readonly EventSourceMappings: readonly { readonly UUID: string }[] };
    const { EventSourceMappings } = await account.lambda<Mappings>('GET', 'event-source-mappings/');
    for (const { UUID } of EventSourceMappings) {
      await account.lambda('PUT', `event-source-mappings/${UUID}`, { Enabled: false });
    }
  }

  /**
   * moto keeps the workflows that it runs apart from those that its CloudFormation makes: the same one, made anew. Its
   * interpreter knows neither batches of a map (ItemBatcher), so that each object is made a batch here, nor percentages
   * without a decimal point.
   */
  async function interpretWorkflow(): Promise<void> {
    const client = new SFNClient(account.client);
    const stateMachineArn = outputs.BackfillWorkflowArn!;
    const { definition, name, roleArn } = await client.send(
      new DescribeStateMachineCommand({ stateMachineArn }),
    );
    const config = { stepfunctions: { execute_state_machine: true } };
    await fetch(`${account.client.endpoint}/moto-api/config`, {
      method: 'POST',
      body: JSON.stringify(config),
    });
    const { States, ...rest } = JSON.parse(definition!);
    const { ItemBatcher, ToleratedFailurePercentage: _, ...map } = States.EachBatch;
    if (!ItemBatcher) {
      // It runs a workflow that it has made only once.
      await client.send(new DeleteStateMachineCommand({ stateMachineArn }));
      await client.send(new CreateStateMachineCommand({ name, roleArn, definition }));
      return;
    }
    const ItemSelector = { BatchInput: ItemBatcher.BatchInput, 'Items.$': 'States.Array($$.Map.Item.Value)' };
    const known = { ...rest, States: { ...States, EachBatch: { ...map, ItemSelector } } };
    const request = { name, roleArn, definition: JSON.stringify(known) };
    const made = await client.send(new CreateStateMachineCommand(request));
    expect(made.stateMachineArn).toBe(stateMachineArn);
  }

  interface Configuration {
    readonly Environment: { readonly Variables: Readonly<Record<string, string>> };
  }
  async function invoke(functionName: string, payload: string): Promise<string> {
    const path = `functions/${functionName}/configuration`;
    const configuration = await account.lambda<Configuration>('GET', path);
    const code = image.backfill.folder;
    const { QUEUE_URL = '', DEAD_LETTER_QUEUE_URL = '', ...variables } = configuration.Environment.Variables;
    // The SDK goes where a queue's URL says, and moto says that it is AWS.
    const atMoto = (url: string) => url.replace(/^https:\/\/[^/]+/, account.env.AWS_ENDPOINT_URL ?? '');
    const env = {
      ...account.env,
      ...variables,
      TAGGER_FILE: join(code, 'tagger.json'),
      QUEUE_URL: atMoto(QUEUE_URL),
      DEAD_LETTER_QUEUE_URL: atMoto(DEAD_LETTER_QUEUE_URL),
    };
    const program = ['--input-type=module', '-e', RUN_HANDLER, join(code, 'handler.mjs'), payload];
    const child = spawn(process.execPath, program, { env, stdio: ['ignore', 'pipe', 'inherit'] });
    const printed = await text(child.stdout);
    const answer = printed.split('\n').at(-1) ?? '';
    if (answer === '') throw new Error(`Expected an answer of ${functionName} but it printed "${printed}"`);
    const { value, error } = JSON.parse(answer);
    const { Items } = JSON.parse(payload);
    if (Items) calls.push({ objects: Items.length, error: error?.name });
    if (error) throw Object.assign(new Error(error.message), { name: error.name });
    return JSON.stringify(value);
  }

  const backfill = (place: string, ...args: string[]): Promise<CliResult> =>
    runCli(['backfill', place, '--stack', 'Mine', ...args], { env: account.env });

  it('counts, and says what it costs and how long it takes, with --dry-run', async () => {
    const { code, stdout, stderr } = await backfill(`s3://${BUCKET}/`, '--dry-run');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(
      /^s3:\/\/photos-a\/: 10 objects\n {2}to be tagged +8 .*\n {2}done already +0 .*\n {2}left out +2 /,
    );
    expect(stdout).toMatch(
      /\n {2}Lambda computing .*\n[\s\S]*\n {2}Backfill: Step Functions +8 transitions .*\nCost +\$0\.00\nTime: about 1 s\n/,
    );
    expect(calls).toEqual([]);
  });

  it('feeds the queue with what is to be tagged, batch by batch, as the queue has room', async () => {
    await record('in/3 ü.jpg');
    const { result, received } = await consumed(() => backfill(`s3://${BUCKET}/in/`, '--yes', '--json'));
    expect(jsonLines(result)).toMatchObject([
      { step: 'plan', bucket: BUCKET, prefix: 'in/', listed: 9, wanted: 7, settled: 1, leftOut: 1 },
      { step: 'started', run: expect.stringMatching(/:backfill-[0-9a-f]{16}-1$/) },
      { step: 'done', status: 'SUCCEEDED', objects: { succeeded: 9, failed: 0 } },
    ]);
    expect(result.code).toBe(0);
    expect([...new Set(received)].sort()).toEqual(KEYS.filter((key) => key !== 'in/3 ü.jpg'));
    expect(calls.filter(({ error }) => error === undefined)).toHaveLength(9);
    const faults = new Set(calls.flatMap(({ error }) => error ?? []));
    expect([...faults]).toEqual(['queue-full']);
  });

  it('stops where what it sends fails every time, says so, and does the rest when it is started again', async () => {
    await emptyQueue();
    await interpretWorkflow();
    const sqs = new SQSClient(account.client);
    const QueueUrl = outputs.DeadLetterQueueUrl!;
    calls.length = 0;
    const failing = async () => {
      // As in an outage: what has been sent is hidden, and becomes dead letters after its last receive.
      await vi.waitUntil(() => calls.some(({ error }) => error === 'queue-full'), { timeout: 300_000 });
      for (let i = 0; i < 30; i++) await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
    };
    const [stopped] = await Promise.all([backfill(`s3://${BUCKET}/in/`, '--yes', '--json'), failing()]);
    expect(stopped.code).toBe(1);
    expect(jsonLines(stopped).at(-1)).toMatchObject({
      step: 'done',
      status: 'FAILED',
      error: 'dead-letters-grow',
      cause: expect.stringContaining('start the backfill again'),
    });
    // Batches beside it may have been told of a full queue later.
    expect(calls.map(({ error }) => error)).toContain('dead-letters-grow');
    // Those dead letters are known when it is started again.
    await emptyQueue();
    await interpretWorkflow();
    const { result: again, received } = await consumed(() =>
      backfill(`s3://${BUCKET}/in/`, '--yes', '--json'),
    );
    expect(jsonLines(again).at(-1)).toMatchObject({ status: 'SUCCEEDED' });
    expect([...new Set(received)].sort()).toEqual(KEYS.filter((key) => key !== 'in/3 ü.jpg'));
  });

  it('rejects a bucket that the stack does not tag, and a stack that is not there', async () => {
    const other = await backfill('s3://photos-b/', '--yes');
    expect([other.code, other.stderr]).toEqual([
      2,
      'cliptag backfill: the stack "Mine" does not tag the objects of "photos-b", but of photos-a\n',
    ]);
    const none = await runCli(['backfill', 's3://photos-a', '--stack', 'Nope', '--yes'], {
      env: account.env,
    });
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/there is no stack "Nope"/)]);
  });

  /** What tagging would have written. */
  async function record(key: string): Promise<void> {
    const table = dynamoDbTagTable({ tableName: outputs.TagTableName!, client: account.client });
    const s3 = new S3Client({ ...account.client, forcePathStyle: true });
    const head = await s3.send(new HeadObjectCommand({ Bucket: BUCKET, Key: key }));
    const object = { bucket: BUCKET, key, eTag: (head.ETag ?? '').replaceAll('"', ''), sequencer: '1' };
    const { modelDigest, labelSets } = image.backfill.tagger;
    const content = {
      status: 'tagged',
      tags: [],
      modelDigest,
      labelSets: { mine: labelSets[0]!.digest },
    } as const;
    const moment = { eventTime: '', now: new Date() };
    await table.write(putImageRecord(nextImageRecord(undefined, object, content, moment)));
  }

  async function emptyQueue(): Promise<void> {
    const sqs = new SQSClient(account.client);
    await sqs.send(new PurgeQueueCommand({ QueueUrl: outputs.UploadQueueUrl! }));
  }

  /** Empties the queue meanwhile, and until nothing is left in it. */
  async function consumed(run: () => Promise<CliResult>) {
    const received: string[] = [];
    const hasRun = new AbortController();
    const [result] = await Promise.all([
      run().finally(() => hasRun.abort()),
      consume(received, hasRun.signal),
    ]);
    return { result, received };
  }

  /** Empties the queue, as the tagging function would, once it has been too full for somebody. */
  async function consume(received: string[], hasRun: AbortSignal): Promise<void> {
    const sqs = new SQSClient(account.client);
    const QueueUrl = outputs.UploadQueueUrl!;
    const receive = new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 });
    for (;;) {
      // Looked at before: what is sent while it is asked is there for the next time.
      const isLast = hasRun.aborted;
      const isFull = calls.some(({ error }) => error === 'queue-full');
      const { Messages = [] } = isFull || isLast ? await sqs.send(receive) : {};
      for (const { Body = '', ReceiptHandle } of Messages) {
        const events = eventsOf(Body);
        received.push(...events.flatMap((event) => (event.kind === 'listed' ? [event.object.key] : [])));
        await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
      if (isLast && Messages.length === 0) return;
      if (!isLast) await sleep(500);
    }
  }
});
