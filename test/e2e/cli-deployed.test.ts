import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateStateMachineCommand, SFNClient } from '@aws-sdk/client-sfn';
import { CreateQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { createTable } from '../../functions/adapters/aws/dynamodb-table.ts';
import { fixedWidthSequencer } from '../../functions/core/objects/object.ts';
import { putImageRecord } from '../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { shardedTable } from '../../functions/core/records/sharded-table.ts';
import { describeImage } from '../../functions/core/tagging/describe-image.ts';
import { tableInput } from '../../functions/local/dynamodb/table.ts';
import { listen, stop } from '../../functions/local/http/loopback-server.ts';
import { type ModelParts, openModel } from '../../functions/tagger/model-parts.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { available } from '../integration/tools.ts';
import { CLI, jsonLines, runCli } from './support/cli-process.ts';

/** moto stands in for AWS; the command line finds it as it finds AWS, by its environment. */
const hasMoto = available('moto_server');
const region = 'eu-central-1';

describe.skipIf(!hasMoto)('with a deployed table', () => {
  let account: MotoAccount;
  let env: NodeJS.ProcessEnv;
  let queueUrls: string[];

  beforeAll(async () => {
    account = await openMotoAccount();
    const client = { ...account.client, region };
    // Most tests name the region.
    const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...variables } = account.env;
    env = variables;
    await createTable(client, tableInput('deployed'));
    const table = shardedTable(dynamoDbTagTable({ tableName: 'deployed', client }), { shards: 16 });
    const object = { bucket: 'mine', key: 'a.jpg', eTag: 'etag', sequencer: fixedWidthSequencer('1') };
    const tags = [{ set: 'general', label: 'dog', score: 0.9 }];
    const record = nextImageRecord(
      undefined,
      object,
      { status: 'tagged', tags, labelSets: { general: 'digest' } },
      { eventTime: '2026-11-23T12:00:00.000Z', now: new Date() },
    );
    for (const tag of tags) await table.write(putLabelEntry(record, tag));
    await table.write(putImageRecord(record));
    const sqs = new SQSClient(client);
    queueUrls = await Promise.all(
      ['uploads', 'dead-letters'].map(async (QueueName) => {
        const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName }));
        return QueueUrl;
      }),
    );
    await sqs.send(new SendMessageCommand({ QueueUrl: queueUrls[1], MessageBody: 'not understood' }));
    const outputs = {
      TagTableName: 'deployed',
      UploadQueueUrl: queueUrls[0],
      DeadLetterQueueUrl: queueUrls[1],
      BucketNames: 'mine',
      FunctionName: 'tagger',
      BackfillWorkflowArn: await createWorkflow(),
    };
    await putMetrics('tagger');
    await createStack('Cliptag', outputs);
    await createStack('Several', { ...outputs, BucketNames: 'mine,yours' });
    await createStack('Idle', { ...outputs, FunctionName: 'idle' });
    await createStack('WithApi', { ...outputs, ApiUrl: 'http://127.0.0.1:1/' });
    await createStack('Searched', { ...outputs, TagTableName: 'searched', BucketNames: 'searched' });
    await createStack('Foreign', {});

    /** What a deployment says of itself in the definition of its backfill. */
    async function createWorkflow(): Promise<string> {
      const settings = {
        ...{ buckets: ['mine'], prefixes: [], suffixes: [], tagger: { modelDigest: 'a', labelSets: [] } },
        ...{ modelName: 'embedded', architecture: 'x86_64', packaging: 'zip', memoryMegabytes: 2_048 },
        ...{
          batchSize: 20,
          maximumConcurrency: 40,
          events: true,
          objectTags: 3,
          indexedDimensions: 512,
          shards: 4,
        },
        pace: { objectsPerSecond: 200, feeders: 2, feederMemoryMegabytes: 256, batchObjects: 500 },
      };
      const States = { Settings: { Type: 'Pass', Result: settings, End: true } };
      const definition = JSON.stringify({ StartAt: 'Settings', States });
      const roleArn = `arn:aws:iam::${account.id}:role/backfill`;
      const create = new CreateStateMachineCommand({ name: 'backfill', definition, roleArn });
      const { stateMachineArn = '' } = await new SFNClient(client).send(create);
      return stateMachineArn;
    }

    /** One hour: 100 images in 20 batches of half a second, one of them no image. */
    async function putMetrics(functionName: string) {
      const cloudWatch = new CloudWatchClient(client);
      const put = (Namespace: string, MetricName: string, Value: number) => {
        const Dimensions = [{ Name: 'FunctionName', Value: functionName }];
        const Timestamp = new Date(Date.now() - 3_600_000);
        const MetricData = [{ MetricName, Dimensions, Timestamp, Value }];
        return cloudWatch.send(new PutMetricDataCommand({ Namespace, MetricData }));
      };
      for (let batch = 0; batch < 20; batch++) await put('AWS/Lambda', 'Duration', 500);
      await put('AWS/Lambda', 'Invocations', 20);
      await put('Cliptag', 'ImagesTagged', 99);
      await put('Cliptag', 'ImagesFailed', 1);
      cloudWatch.destroy();
    }

    async function createStack(StackName: string, values: Readonly<Record<string, string | undefined>>) {
      const Outputs = Object.fromEntries(Object.entries(values).map(([name, Value]) => [name, { Value }]));
      const Resources = { Topic: { Type: 'AWS::SNS::Topic' } };
      const TemplateBody = JSON.stringify({ Resources, Outputs });
      await new CloudFormationClient(client).send(new CreateStackCommand({ StackName, TemplateBody }));
    }
  });
  afterAll(() => account?.close());

  const deployed = ['--table', 'deployed', '--region', region];

  it('counts images, waiting messages and dead letters', async () => {
    const queues = ['--queue-url', queueUrls[0]!, '--dead-letter-queue-url', queueUrls[1]!];
    const result = await runCli(['status', ...deployed, '--bucket', 'mine', ...queues, '--json'], { env });
    expect(result.stderr).toBe('');
    expect(jsonLines(result)).toEqual([
      {
        bucket: 'mine',
        images: { tagged: 1, unsupported: 0, failed: 0, deleted: 0 },
        queue: { visible: 0, inFlight: 0 },
        deadLetters: 1,
      },
    ]);
  });

  const stack = (name: string) => ['--stack', name, '--region', region];

  it('asks the stack for its table, queues and buckets', async () => {
    const [counted] = jsonLines(await runCli(['status', ...stack('Cliptag'), '--json'], { env }));
    expect(counted).toMatchObject({
      bucket: 'mine',
      images: { tagged: 1 },
      queue: { visible: 0 },
      deadLetters: 1,
    });
    const [found] = jsonLines(
      await runCli(['query', '--label', 'dog', ...stack('Cliptag'), '--json'], { env }),
    );
    expect(found).toMatchObject({ bucket: 'mine', key: 'a.jpg' });
    const [shown] = jsonLines(await runCli(['show', 'a.jpg', ...stack('Cliptag'), '--json'], { env }));
    expect(shown).toMatchObject({ bucket: 'mine', status: 'tagged' });
  });

  it('tells a bucket that is not there from one of the stack, and one of which S3 has', async () => {
    const run = (...args: string[]) => runCli(args, { env });
    const fault = (command: string, meant = '') => ({
      code: 2,
      stdout: '',
      stderr: `cliptag ${command}: there is no bucket "mien"${meant}\n`,
    });
    expect(await run('status', ...deployed, '--bucket', 'mien')).toEqual(fault('status'));
    const meant = '; did you mean "mine"?';
    expect(await run('query', '--label', 'dog', ...stack('Cliptag'), '--bucket', 'mien')).toEqual(
      fault('query', meant),
    );
    expect(await run('show', 's3://mien/a.jpg', ...stack('Cliptag'))).toEqual(fault('show', meant));
    expect(await run('show', 's3://mine/b.jpg', ...stack('Cliptag'))).toMatchObject({ code: 1 });
    const s3 = new S3Client({ ...account.client, region, forcePathStyle: true });
    const LocationConstraint = region;
    await s3.send(
      new CreateBucketCommand({
        Bucket: `no-${account.id}`,
        CreateBucketConfiguration: { LocationConstraint },
      }),
    );
    s3.destroy();
    const { code, stderr } = await run('status', ...deployed, '--bucket', `no-${account.id}`);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  describe('cliptag search', () => {
    let cache: string;
    let parts: ModelParts;
    const photo = (name: string) => new URL(`../../functions/local/samples/${name}`, import.meta.url);
    const search = (...args: string[]) =>
      runCli(args, { env: { ...env, XDG_CACHE_HOME: cache, LOCALAPPDATA: cache } });

    beforeAll(async () => {
      cache = await mkdtemp(join(tmpdir(), 'cliptag-deployed-search-'));
      const client = { ...account.client, region };
      await createTable(client, tableInput('searched'));
      const table = dynamoDbTagTable({ tableName: 'searched', client });
      parts = await openModel();
      const reader = await parts.imageReader();
      const s3 = new S3Client(client);
      await s3.send(
        new CreateBucketCommand({
          Bucket: 'searched',
          CreateBucketConfiguration: { LocationConstraint: region },
        }),
      );
      for (const name of ['rocket.jpg', 'chelsea.png', 'flower.jpg', 'coffee.png']) {
        const bytes = await readFile(photo(name));
        const { ETag = '' } = await s3.send(
          new PutObjectCommand({ Bucket: 'searched', Key: name, Body: bytes }),
        );
        const content = await describeImage(bytes, reader, []);
        const tags = [{ set: 'general', label: name.slice(0, -4), score: 0.9 }];
        const object = {
          bucket: 'searched',
          key: name,
          eTag: ETag.replaceAll('"', ''),
          sequencer: fixedWidthSequencer('1'),
        };
        const time = { eventTime: '2026-11-23T12:00:00.000Z', now: new Date() };
        await table.write(putImageRecord(nextImageRecord(undefined, object, { ...content, tags }, time)));
      }
    });
    afterAll(async () => {
      await parts?.close();
      await rm(cache, { recursive: true, force: true });
    });

    const searched = ['--table', 'searched', '--region', region];

    it('finds by labels without a model, in a stack', async () => {
      const { stdout, stderr } = await search('search', 'dog', ...stack('Cliptag'));
      expect({ stdout, stderr }).toEqual({
        stdout: '0.90  s3://mine/a.jpg  dog 0.90\n1 image\n',
        stderr: '',
      });
      const text = await search('search', '"a sunset"', ...stack('Cliptag'));
      expect(text).toMatchObject({ code: 2, stdout: '' });
      expect(text.stderr).toBe(
        'cliptag search: no image of the table has an embedding: ask by labels alone\n',
      );
    });

    it('finds by words and by an image, with the model that is here, and keeps what it has read', async () => {
      const found = await search('search', '"a cat"', '--limit', '1', '--all', '--json', ...searched);
      expect(jsonLines(found)).toMatchObject([{ key: 'chelsea.png' }]);
      expect(await readdir(join(cache, 'cliptag', 'searches'))).toHaveLength(2);
      const like = await search(
        'similar',
        's3://searched/rocket.jpg',
        '--all',
        '--limit',
        '1',
        '--json',
        ...searched,
      );
      expect(jsonLines(like)).toMatchObject([{ bucket: 'searched', status: 'tagged' }]);
      const file = fileURLToPath(photo('coffee.png'));
      const likeFile = await search('similar', file, '--all', '--limit', '1', '--json', ...searched);
      expect(jsonLines(likeFile)).toMatchObject([{ key: 'coffee.png' }]);
      const counts = await search('labels', 'counts', 'rocket', '--json', ...searched);
      expect(jsonLines(counts)).toEqual([{ set: 'general', label: 'rocket', count: 1 }]);
    });

    it('exports a table: its tags, and sidecars whose trees come from label sets that are here', async () => {
      const csv = await search('export', '--csv-tags', '--set', 'general', ...searched);
      expect(csv).toMatchObject({ code: 0, stderr: expect.stringMatching(/4 images, 4 tags, /) });
      expect(csv.stdout.split('\r\n').slice(0, 2)).toEqual([
        'bucket,key,set,label,score',
        'searched,chelsea.png,general,chelsea,0.9',
      ]);
      const labels = join(cache, 'tree.yaml');
      await writeFile(
        labels,
        'name: general\nversion: 1\nmode: independent\nlabels: [{ name: rocket, parent: machine }]\n',
      );
      const pictures = join(cache, 'pictures');
      const args = ['export', 'label:rocket', '--xmp', pictures, '--labels', labels];
      expect(await search(...args, ...stack('Searched'))).toMatchObject({ code: 0, stdout: '' });
      expect(await readFile(join(pictures, 'rocket.jpg.xmp'), 'utf8')).toContain(
        '<rdf:li>machine|rocket</rdf:li>',
      );
    });

    it('calibrates a label set by the images of a stack, and says that it is to be deployed', async () => {
      const labels = join(cache, 'pets.yaml');
      await writeFile(labels, 'name: pets\nversion: 1\nmode: independent\nlabels: [cat, rocket]\n');
      const html = join(cache, 'report.html');
      const calibrate = (...args: string[]) => search('labels', 'calibrate', labels, '--yes', ...args);
      const { code, stdout, stderr } = await calibrate('--html', html, ...stack('Searched'));
      expect(stdout).toMatch(
        /^pets \(independent, .*pets\.yaml\) with model embedded: 4 pictures of the collection, /,
      );
      expect(stderr).toMatch(/written: .*pets\.fits\.json\. .*deploy .* npx cliptag retag --stack Searched/);
      expect(code).toBe(0);
      expect(await readFile(html, 'utf8')).toMatch(
        /<img src="data:image\/webp;base64,[^"]+" alt="s3:\/\/searched\//,
      );
      const again = await calibrate(...searched);
      expect(again).toMatchObject({ code: 0, stderr: expect.stringMatching(/nothing changes: /) });
    });

    it('says why an image carries a label, by its record and the model and label sets that are here', async () => {
      const result = await search('why', 's3://searched/chelsea.png', 'cat', '--json', ...searched);
      expect(result).toMatchObject({ code: 0, stderr: '' });
      // It was written with no label set: a retag would show the label.
      expect(jsonLines(result)).toMatchObject([
        {
          ...{ bucket: 'searched', key: 'chelsea.png', sets: [{ set: 'general', state: 'outdated' }] },
          labels: [{ label: 'cat', isShown: false, reason: 'outdated', model: { verdict: 'passes' } }],
        },
      ]);
      const { stdout } = await search('why', 'a.jpg', 'dog', ...stack('Cliptag'));
      expect(stdout).toMatch(/^a\.jpg is tagged dog \(0\.90\) with no embedding kept,/);
    });

    it('learns a label from the images of a stack, by key and by query, and says that it is to be deployed', async () => {
      const labels = join(cache, 'mine.yaml');
      const learn = (...args: string[]) =>
        search('labels', 'learn', 'pip', '--set', labels, '--force', ...args, ...stack('Searched'));
      const { code, stdout, stderr } = await learn('--positive', 'chelsea.png', '--negative', 'label:rocket');
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toMatch(/\nExamples: 1 with it, 1 without\.\n/);
      expect(stdout).toMatch(
        /\nNext: deploy it \(.*labels=.*mine\.yaml\), then npx cliptag retag --stack Searched /,
      );
    });

    it('makes a contact sheet of the objects in their bucket', async () => {
      const file = join(cache, 'sheet.html');
      await search('search', '', '--html', file, ...searched);
      const html = await readFile(file, 'utf8');
      expect(html.match(/<img src="data:image\/webp;base64,/g)).toHaveLength(4);
      expect(html).not.toMatch(/https?:/);
    });
  });

  it('corrects an image of the stack', async () => {
    const correct = (...args: string[]) =>
      runCli(['correct', 'a.jpg', ...args, ...stack('Cliptag')], { env });
    const [corrected] = jsonLines(await correct('--add', 'cat', '--remove', 'dog', '--json'));
    const cat = { set: 'general', label: 'cat', isThere: true };
    expect(corrected).toMatchObject({ tags: [{ label: 'animal' }, { label: 'cat' }] });
    expect(corrected).toMatchObject({
      corrections: [cat, { label: 'dog', isThere: false }, { label: 'animal' }],
    });
    const found = await runCli(['query', '--label', 'dog', ...stack('Cliptag'), '--json'], { env });
    expect(found).toEqual({ code: 0, stdout: '', stderr: '' });
    const [cleared] = jsonLines(await correct('--clear', 'cat', '--clear', 'dog', '--json'));
    expect(cleared).toMatchObject({ tags: [{ label: 'dog', score: 0.9 }] });
  });

  it('serves the page of a stack until it is stopped', async () => {
    const args = [CLI, 'page', ...stack('WithApi'), '--http-port', '0'];
    const child = spawn(process.execPath, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const ended = once(child, 'close');
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    const url = line.toString().trim();
    expect(await (await fetch(url)).text()).toContain('<title>Cliptag</title>');
    const refused = await fetch(`${url}/api/v1/status`);
    expect(await refused.json()).toMatchObject({
      status: 502,
      detail: expect.stringContaining('127.0.0.1:1'),
    });
    child.kill('SIGINT');
    expect(await ended).toEqual([0, null]);
  });

  it('rejects a page of a stack without an API, or on a port that is taken', async () => {
    const without = await runCli(['page', ...stack('Cliptag')], { env });
    expect(without).toMatchObject({ code: 2, stdout: '' });
    expect(without.stderr).toContain(
      'has no HTTP API, which the page asks: deploy it with cdk deploy -c api=true',
    );
    const server = createServer();
    const port = String(await listen(server, 0));
    const taken = await runCli(['page', ...stack('WithApi'), '--http-port', port], { env });
    await stop(server);
    expect(taken).toMatchObject({ code: 2, stdout: '' });
    expect(taken.stderr).toContain(`port ${port} of 127.0.0.1 is taken`);
  });

  it('rejects a stack in no region, and says how to name one', async () => {
    const { AWS_REGION: _, AWS_DEFAULT_REGION: __, ...rest } = env;
    const nowhere = { ...rest, AWS_CONFIG_FILE: '/dev/null' };
    const stderr =
      'cliptag status: the stack "Cliptag" cannot be read: expected an AWS region: give --region, or set AWS_REGION\n';
    expect(await runCli(['status', '--stack', 'Cliptag'], { env: nowhere })).toEqual({
      code: 2,
      stdout: '',
      stderr,
    });
  });

  it('rejects a retag by a stack that is older than its workflow, and retags the table by its name', async () => {
    const refused = await runCli(['retag', '--dry-run', ...stack('Cliptag'), '--json'], { env });
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain('RetagWorkflowArn');
    const [plan] = jsonLines(await runCli(['retag', '--dry-run', ...deployed, '--json'], { env }));
    expect(plan).toMatchObject({ step: 'plan', images: 1 });
  });

  it('reckons cost by the time that CloudWatch has measured, and by what is deployed', async () => {
    const { stdout, stderr } = await runCli(['cost', '--images', '1000000', ...stack('Cliptag')], { env });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^ {2}Lambda computing +200,000 GB-seconds +\$3\.33\n/);
    expect(stdout).toContain(
      '100.0 ms an image at 2048 MB on x86_64: measured by CloudWatch, 100 images of Cliptag in 14 days',
    );
    expect(stdout).toContain('5.0 images a batch, as measured');
    expect(stdout).toContain('Cliptag as it is deployed: 40 functions at once (zip), batches of at most 20');
    expect(stdout).toMatch(/\n {2}EventBridge +1,000,000 events/);
    expect(stdout).toMatch(/\n {2}S3 tag storage +3,000,000 tags/);
    expect(stdout).toMatch(/\n {2}DynamoDB vectors /);
    expect(stdout).toContain('its table takes 4,000 write units a second at once, says DynamoDB');
    expect(stdout).toMatch(
      /carry 400 images a second, 1,000,000 in 42 minutes: the functions tag no more .*\n {2}40 functions +400\n {2}table, .* +400\n/,
    );
  });

  it('says what limits the images a second, and tries what flags say instead', async () => {
    const more = ['--concurrency', '80', '--table-units', '6000', '--json'];
    const result = await runCli(['cost', '--images', '1000', ...stack('Cliptag'), ...more], { env });
    expect(jsonLines(result)).toMatchObject([
      {
        assumptions: {
          ...{ memoryMegabytes: 2_048, concurrency: 80, tableWriteUnits: 6_000, objectTags: 3 },
          deployed: { stack: 'Cliptag', packaging: 'zip', concurrency: 40, batchSize: 20 },
        },
        imagesPerSecond: { functions: 800, table: 600, label: 4_000, carried: 600, limit: 'table' },
      },
    ]);
  });

  it('estimates the time of a stack that has tagged nothing lately, for its model and memory', async () => {
    const { code, stdout } = await runCli(['cost', '--images', '5', ...stack('Idle')], { env });
    expect(code).toBe(0);
    expect(stdout).toMatch(/ms an image at 2048 MB on x86_64: embedded, 4 megapixels\n/);
    expect(stdout).toContain('CloudWatch knows of no image of the last 14 days');
    expect(stdout).toContain('20 images a batch, every batch full');
  });

  it('reckons no cost of a stack that says nothing of its backfill', async () => {
    const { code, stderr } = await runCli(['cost', '--images', '5', ...stack('Foreign')], { env });
    expect([code, stderr]).toEqual([2, expect.stringContaining('the stack "Foreign" has no output ')]);
  });

  it('counts the images of every bucket that the stack has', async () => {
    const { stdout } = await runCli(['status', ...stack('Several')], { env });
    expect(stdout).toBe(
      [
        '             mine  yours',
        'tagged       1     0',
        'unsupported  0     0',
        'failed       0     0',
        'deleted      0     0',
        'queue: 0 waiting, 0 in flight',
        'dead-letter queue: 1',
        '',
      ].join('\n'),
    );
  });

  it.each([
    [['status', ...stack('None')], 'cliptag status: there is no stack "None" in eu-central-1'],
    [
      ['show', 'a.jpg', ...stack('Several')],
      'cliptag show: expected --bucket: the stack "Several" has mine, yours',
    ],
    [
      ['query', '--label', 'dog', ...stack('Foreign')],
      'cliptag query: the stack "Foreign" has no output TagTableName: it is none of Cliptag\'s, or was deployed by an older version',
    ],
  ])('rejects a stack that does not tell: %j', async (args, message) => {
    const result = await runCli(args, { env });
    expect([result.code, result.stderr]).toEqual([2, `${message}\n`]);
  });

  it('finds images and shows them', async () => {
    const found = jsonLines(await runCli(['query', '--label', 'dog', ...deployed, '--json'], { env }));
    expect(found).toMatchObject([{ bucket: 'mine', key: 'a.jpg', score: 0.9 }]);
    const [shown] = jsonLines(await runCli(['show', 's3://mine/a.jpg', ...deployed, '--json'], { env }));
    expect(shown).toMatchObject({ status: 'tagged', tags: [{ label: 'dog' }] });
  });

  it('compares all images with other label sets, and says which have no embedding', async () => {
    const result = await runCli(['retag', '--dry-run', ...deployed, '--json'], { env });
    expect(result.code).toBe(1);
    expect(jsonLines(result)).toMatchObject([{ step: 'plan', images: 1, foreign: { '': 1 }, stale: 0 }]);
    expect(result.stderr).toMatch(/^cliptag retag: 1 tagged images have no embedding and stay as they are/);
  });

  it('compares two label sets on what is stored', async () => {
    const set = 'models/labels/indoor-outdoor.yaml';
    for (const place of [deployed, stack('Cliptag')]) {
      const result = await runCli(['labels', 'diff', set, set, ...place, '--json'], { env });
      expect(jsonLines(result)).toMatchObject([{ images: 1, changed: 0, foreign: { '': 1 } }]);
      expect(result.code).toBe(1);
    }
  });

  it('rejects a table that is not there', async () => {
    const result = await runCli(['query', '--label', 'dog', '--table', 'nope', '--region', region], { env });
    expect([result.code, result.stderr]).toEqual([2, 'cliptag query: there is no table "nope"\n']);
  });
});
