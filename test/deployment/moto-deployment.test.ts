import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ListTablesCommand,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import {
  CreateBucketCommand,
  type FilterRule,
  ListBucketsCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  type QueueConfiguration,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeStack } from '../../functions/adapters/aws/cloudformation.ts';
import { eventsOf } from '../../functions/core/objects/event.ts';
import { NOTHING } from '../../infra/preflight/findings.ts';
import { type PreflightSettings, preflight } from '../../infra/preflight/preflight.ts';
import { jsonLines, runCli } from '../e2e/support/cli-process.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { type MotoStacks, motoStacks, type PhysicalIds } from '../integration/support/moto-stacks.ts';
import { available } from '../integration/tools.ts';

/**
 * The CDK's own command line deploys to moto, and AWS's clients ask what is there. What moto does not apply (time to live,
 * recovery, policies of queues and buckets, alarms) is asserted of the template in test/infra.
 */
const hasTools = available('moto_server') && available('aws');

const SETTINGS = { prefix: 'in/', suffix: '.jpg', batchSize: 20, batchWindowSeconds: 2 };

interface Template {
  readonly Resources: Readonly<Record<string, TemplateResource>>;
}
interface TemplateResource {
  readonly Type: string;
  readonly Properties?: {
    readonly NotificationConfiguration?: {
      readonly QueueConfigurations?: readonly {
        readonly Event: 's3:ObjectCreated:*';
        readonly Filter: { readonly S3Key: { readonly Rules: FilterRule[] } };
      }[];
    };
  };
}

describe.skipIf(!hasTools)('a deployment to moto', () => {
  let account: MotoAccount;
  let folder: string;
  let stacks: MotoStacks;
  let sqs: SQSClient;
  let s3: S3Client;
  let dynamodb: DynamoDBClient;
  beforeAll(async () => {
    account = await openMotoAccount();
    folder = await mkdtemp(join(tmpdir(), 'cliptag-deployment-'));
    stacks = motoStacks(account, folder);
    sqs = new SQSClient(account.client);
    s3 = new S3Client({ ...account.client, forcePathStyle: true });
    dynamodb = new DynamoDBClient(account.client);
    await account.cdk('bootstrap', `aws://${account.id}/${account.client.region}`);
  });
  afterAll(async () => {
    await account?.close();
    if (folder) await rm(folder, { recursive: true });
  });

  async function attributes(QueueUrl: string) {
    const answer = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
    return answer.Attributes ?? {};
  }

  /** The keys that the messages in a queue tell of. */
  async function receivedKeys(QueueUrl: string): Promise<string[]> {
    const keys: string[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, VisibilityTimeout: 600 }),
      );
      if (Messages.length === 0) return keys.sort();
      const events = Messages.flatMap(({ Body = '' }) => eventsOf(Body));
      keys.push(...events.flatMap((event) => (event.kind === 'created' ? [event.object.key] : [])));
    }
  }

  async function putObjects(Bucket: string, keys: readonly string[]): Promise<void> {
    for (const Key of keys) await s3.send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  }

  describe('with a bucket of its own', () => {
    let ids: PhysicalIds;
    let from: string;
    beforeAll(async () => {
      from = await stacks.synthesize('Own', 'cat, dog', SETTINGS);
      await stacks.deploy(from);
      ids = await stacks.physicalIds('Own');
    });

    const id = (pattern: RegExp) => {
      const found = Object.entries(ids).find(([logicalId]) => pattern.test(logicalId));
      if (!found) throw new Error(`Expected ${pattern} among ${Object.keys(ids)}`);
      return found[1];
    };
    const queueUrl = () => id(/^TaggerUploadQueue[0-9A-F]{8}$/);
    const deadLetterQueueUrl = () => id(/^TaggerUploadQueueDeadLetterQueue[0-9A-F]{8}$/);
    const functionName = () => id(/^TaggerTaggingFunction[0-9A-F]{8}$/);
    const tableName = () => id(/^TaggerTagTable/);
    const bucketName = () => id(/^TaggerUploadsBucket[0-9A-F]{8}$/);

    it('has the table with its keys and index', async () => {
      const { Table } = await dynamodb.send(new DescribeTableCommand({ TableName: tableName() }));
      expect(Table).toMatchObject({
        KeySchema: [
          { AttributeName: 'PK', KeyType: 'HASH' },
          { AttributeName: 'SK', KeyType: 'RANGE' },
        ],
        GlobalSecondaryIndexes: [{ IndexName: 'by-status', Projection: { ProjectionType: 'KEYS_ONLY' } }],
        BillingModeSummary: { BillingMode: 'PAY_PER_REQUEST' },
        DeletionProtectionEnabled: true,
      });
    });

    it('has the queue with its dead-letter queue', async () => {
      const { RedrivePolicy = '', ...queue } = await attributes(queueUrl());
      const deadLetterQueue = await attributes(deadLetterQueueUrl());
      expect(queue).toMatchObject({ VisibilityTimeout: '362', SqsManagedSseEnabled: 'true' });
      expect(deadLetterQueue).toMatchObject({ MessageRetentionPeriod: String(14 * 24 * 3_600) });
      expect(JSON.parse(RedrivePolicy)).toEqual({
        deadLetterTargetArn: deadLetterQueue.QueueArn,
        maxReceiveCount: 5,
      });
    });

    it('feeds the function from the queue, with failures reported message by message', async () => {
      const list = `event-source-mappings/?FunctionName=${functionName()}`;
      const { EventSourceMappings } = await account.lambda<{ EventSourceMappings: unknown[] }>('GET', list);
      expect(EventSourceMappings).toEqual([
        expect.objectContaining({
          EventSourceArn: (await attributes(queueUrl())).QueueArn,
          BatchSize: 20,
          MaximumBatchingWindowInSeconds: 2,
          FunctionResponseTypes: ['ReportBatchItemFailures'],
          ScalingConfig: { MaximumConcurrency: 6 },
          State: 'Enabled',
        }),
      ]);
    });

    it('runs the image that was pushed, with the environment that the handler reads', async () => {
      const calls = await account.dockerCalls();
      const [build] = calls.filter(([command]) => command === 'build');
      expect(build).toEqual(expect.arrayContaining(['--platform', 'linux/arm64']));
      const [push] = calls.filter(([command]) => command === 'push');
      expect(push?.[1]?.split(':').at(-1)).toBe(await stacks.imageTagOf(functionName()));
      const configuration = await account.lambda('GET', `functions/${functionName()}/configuration`);
      expect(configuration).toMatchObject({
        MemorySize: 3_008,
        Timeout: 60,
        Environment: {
          Variables: {
            TABLE_NAME: tableName(),
            BUCKETS: expect.stringMatching(/./),
            QUEUE_URL: expect.stringContaining('UploadQueue'),
            MAXIMUM_RECEIVES: '5',
            KEY_PREFIXES: 'in/',
            KEY_SUFFIXES: '.jpg',
          },
        },
      });
    });

    it('lets the function at the objects, the table, the queue and its log, and at nothing else', async () => {
      const roleName = id(/^TaggerTaggingRole[0-9A-F]{8}$/);
      const list = ['iam', 'list-role-policies', '--role-name', roleName];
      const { PolicyNames } = await account.aws<{ PolicyNames: string[] }>(...list);
      expect(PolicyNames).toHaveLength(1);
      const get = ['iam', 'get-role-policy', '--role-name', roleName, '--policy-name', PolicyNames[0]!];
      const { PolicyDocument } = await account.aws<{
        PolicyDocument: { Statement: { Resource: string | string[] }[] };
      }>(...get);
      const table = await dynamodb.send(new DescribeTableCommand({ TableName: tableName() }));
      const resources = PolicyDocument.Statement.flatMap(({ Resource }) => Resource);
      expect(new Set(resources)).toEqual(
        new Set([
          `arn:aws:s3:::${bucketName()}`,
          `arn:aws:s3:::${bucketName()}/in/*`,
          table.Table?.TableArn,
          (await attributes(queueUrl())).QueueArn,
          expect.stringContaining(`:log-group:${id(/^TaggerTaggingLog/)}`),
        ]),
      );
    });

    it('lets S3 send to the queue for the bucket by its name, which no policy could know before', async () => {
      // Of the template: moto's CloudFormation gives queues no policy.
      const { Resources } = await templateIn(from);
      const [, part] = /":s3:::([^"]+)"/.exec(JSON.stringify(Resources)) ?? [];
      const pattern = new RegExp(`^arn:aws:s3:::${part?.replaceAll('*', '.*')}$`);
      expect(`arn:aws:s3:::${bucketName()}`).toMatch(pattern);
      expect('arn:aws:s3:::photos-a').not.toMatch(pattern);
    });

    it('tells the queue of the objects that the filters let through', async () => {
      const probe = await sqs.send(new CreateQueueCommand({ QueueName: 'probe' }));
      const { QueueArn } = await attributes(probe.QueueUrl!);
      await s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: bucketName(),
          NotificationConfiguration: { QueueConfigurations: await notificationsTo(QueueArn!) },
        }),
      );
      await putObjects(bucketName(), ['in/a.jpg', 'in/b c.JPG', 'in/a.txt', 'out/a.jpg', 'in.jpg']);
      expect(await receivedKeys(probe.QueueUrl!)).toEqual(['in/a.jpg', 'in/b c.JPG']);
    });

    /** The bucket's own notifications, which moto's CloudFormation leaves out, to a queue that no function empties. */
    async function notificationsTo(QueueArn: string): Promise<QueueConfiguration[]> {
      const { Resources } = await templateIn(from);
      const bucket = Object.values(Resources).find(({ Type }) => Type === 'AWS::S3::Bucket');
      const { QueueConfigurations = [] } = bucket?.Properties?.NotificationConfiguration ?? {};
      return QueueConfigurations.map(({ Event, Filter }) => ({
        QueueArn,
        Events: [Event],
        Filter: { Key: { FilterRules: Filter.S3Key.Rules } },
      }));
    }

    it('changes nothing when it is deployed again, and only the functions with another label set', async () => {
      const before = await stacks.imageTagOf(functionName());
      expect(await stacks.deploy(await stacks.synthesize('Own', 'cat, dog', SETTINGS))).toContain(
        '(no changes)',
      );
      const other = await stacks.synthesize('Own', 'cat, mouse', SETTINGS);
      // Two functions run that image, and the backfill has to know what is done already.
      const changed = [
        /^TaggerBackfillFeeder\w{8}$/,
        /^TaggerBackfillWorkflow\w{8}$/,
        /^TaggerRetagWorker\w{8}$/,
        /^TaggerTaggingFunction\w{8}$/,
      ];
      const names = (await differing(from, other)).toSorted();
      expect(names).toEqual(changed.map((name) => expect.stringMatching(name)));
      // moto forgets the parameters that a stack was made with, and how a change set differs from the stack.
      await stacks.deploy(other, '--method', 'direct', '--no-previous-parameters');
      expect(await stacks.physicalIds('Own')).toEqual(ids);
      expect(await stacks.imageTagOf(functionName())).not.toBe(before);
    });

    async function templateIn(path: string): Promise<Template> {
      return JSON.parse(await readFile(join(path, 'Own.template.json'), 'utf8'));
    }

    async function differing(first: string, second: string): Promise<string[]> {
      const [one, other] = await Promise.all([templateIn(first), templateIn(second)]);
      const isSame = (name: string) =>
        JSON.stringify(one.Resources[name]) === JSON.stringify(other.Resources[name]);
      return [...new Set([...Object.keys(one.Resources), ...Object.keys(other.Resources)])].filter(
        (name) => !isSame(name),
      );
    }

    it('leaves the table and the bucket when it is destroyed, and nothing else', async () => {
      await account.cdk('destroy', 'Own', '--force', '--app', from);
      const { TableNames } = await dynamodb.send(new ListTablesCommand());
      expect(TableNames).toContain(tableName());
      const { Buckets } = await s3.send(new ListBucketsCommand());
      expect(Buckets?.map(({ Name }) => Name)).toContain(bucketName());
      await expect(attributes(queueUrl())).rejects.toThrow();
      await expect(attributes(deadLetterQueueUrl())).rejects.toThrow();
      await expect(stacks.imageTagOf(functionName())).rejects.toThrow('ResourceNotFoundException');
      const roles = await account.aws<{ Roles: { RoleName: string }[] }>('iam', 'list-roles');
      expect(roles.Roles.filter(({ RoleName }) => RoleName.startsWith('Own-'))).toEqual([]);
    });
  });

  it('with buckets that exist already gets their events by EventBridge, filtered', async () => {
    const buckets = ['photos-a', 'photos-b', 'photos-c'];
    for (const Bucket of buckets) {
      await s3.send(new CreateBucketCommand({ Bucket }));
      const NotificationConfiguration = { EventBridgeConfiguration: {} };
      await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
    }
    // moto runs no custom resource: the buckets send to EventBridge as if others had seen to it.
    const prefix = 'in/,.cliptag-canary/';
    const sources = { bucket: 'photos-a,photos-b', prefix, enableEventBridge: false };
    const extras = { canary: true, tags: 'team=photos', logLevel: 'WARN', logKeys: false };
    const settings = { ...sources, ...extras, resultEvents: true, objectTags: true };
    // moto gives a stack outputs only without a change set.
    await stacks.deploy(await stacks.synthesize('Existing', 'cat, dog', settings), '--method', 'direct');
    const ids = Object.entries(await stacks.physicalIds('Existing'));
    const [, queueUrl = ''] = ids.find(([name]) => /^TaggerUploadQueue\w{8}$/.test(name)) ?? [];
    const [, mappingId = ''] = ids.find(([name]) => name.includes('SqsEventSource')) ?? [];
    // moto would run the function, which takes a Docker engine.
    await account.lambda('PUT', `event-source-mappings/${mappingId}`, { Enabled: false });
    for (const bucket of buckets) await putObjects(bucket, [`in/${bucket} ü.jpg`, 'out/a.jpg']);
    expect(await receivedKeys(queueUrl)).toEqual(['in/photos-a ü.jpg', 'in/photos-b ü.jpg']);
  });

  it('with result events and object tags tells the function where to, and the command line where everything is', async () => {
    const result = await runCli(['status', '--stack', 'Existing', '--json'], { env: account.env });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    const images = { tagged: 0, unsupported: 0, failed: 0, deleted: 0 };
    expect(jsonLines(result)).toMatchObject(
      // The test before has left two messages in the queue.
      ['photos-a', 'photos-b'].map((bucket) => ({ bucket, images, queue: { inFlight: 2 }, deadLetters: 0 })),
    );
    const redrive = await runCli(['redrive', '--stack', 'Existing', '--dry-run'], { env: account.env });
    // moto has no message moves to tell of.
    expect(redrive.stderr).toMatch(/^cliptag redrive: the dead-letter queue cannot be redriven: /m);
    const [, name = ''] = Object.entries(await stacks.physicalIds('Existing')).find(([id]) =>
      /^TaggerTaggingFunction\w{8}$/.test(id),
    )!;
    const configuration = await account.lambda('GET', `functions/${name}/configuration`);
    expect(configuration).toMatchObject({
      Environment: {
        Variables: {
          RESULT_EVENT_BUS: `arn:aws:events:us-east-1:${account.id}:event-bus/default`,
          OBJECT_TAG_LIMIT: '5',
          LOG_LEVEL: 'WARN',
          LOG_KEYS: 'false',
        },
      },
    });
  });

  describe('is looked at before the next one', () => {
    const look = async (modelDigest: string, settings: Partial<PreflightSettings> = {}) => {
      const { id, client } = account;
      const environment = { account: id, region: client.region, docker: 'true' };
      const all = { stackName: 'Existing', bucket: ['photos-a'], replaceEmbeddings: false, ...settings };
      return preflight(all, modelDigest, environment);
    };
    const outputs = async () => {
      const { client } = account;
      vi.stubEnv('AWS_ENDPOINT_URL', client.endpoint);
      vi.stubEnv('AWS_ACCESS_KEY_ID', client.credentials.accessKeyId);
      vi.stubEnv('AWS_SECRET_ACCESS_KEY', client.credentials.secretAccessKey);
      vi.stubEnv('AWS_SESSION_TOKEN', client.credentials.sessionToken);
      const deployed = await describeStack('Existing', { region: client.region });
      expect(deployed).toMatchObject({ account: account.id, outputs: { BucketNames: 'photos-a,photos-b' } });
      return deployed!.outputs;
    };
    afterEach(() => vi.unstubAllEnvs());

    it('and nothing is said where buckets and model stay, or where there was none', async () => {
      const { ModelDigest } = await outputs();
      expect(await look(ModelDigest!)).toEqual(NOTHING);
      expect(await look('another')).toEqual(NOTHING);
      expect(await look('another', { stackName: 'None' })).toEqual(NOTHING);
    });

    it('and buckets are rejected that are missing or in another region', async () => {
      await outputs();
      const Bucket = 'photos-europe';
      const CreateBucketConfiguration = { LocationConstraint: 'eu-west-1' } as const;
      await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration }));
      const { faults } = await look('another', { bucket: ['photos-a', 'no-photos', Bucket] });
      expect(faults).toEqual([
        expect.stringContaining('there is no no-photos'),
        expect.stringContaining('photos-europe is in eu-west-1'),
      ]);
    });

    it('and a table is rejected that is missing or has no index; one of a stack is taken', async () => {
      const { TagTableName, ModelDigest } = await outputs();
      const own = await look(ModelDigest!, { table: TagTableName });
      // moto's CloudFormation switches no time to live on.
      expect(own).toEqual({ faults: [], notices: [expect.stringContaining('expiresAt')] });
      const TableName = 'of-others';
      const create = new CreateTableCommand({
        TableName,
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
      });
      await dynamodb.send(create);
      const other = await look(ModelDigest!, { table: TableName });
      expect(other.faults).toEqual([
        expect.stringContaining('of-others has PK (S)'),
        expect.stringContaining('of-others has no such index'),
      ]);
      expect(other.notices).toEqual([expect.stringContaining('of-others removes nothing by expiresAt')]);
      const { faults } = await look(ModelDigest!, { table: 'nowhere' });
      expect(faults).toEqual([expect.stringContaining('nowhere is not there')]);
    });

    it('and a model is rejected that would meet embeddings of another, unless they are to be replaced', async () => {
      const { TagTableName } = await outputs();
      const Item = { PK: { S: 'IMAGE#photos-a/1.jpg' }, SK: { S: 'IMAGE' }, modelDigest: { S: 'before' } };
      await dynamodb.send(new PutItemCommand({ TableName: TagTableName, Item }));
      const { faults, notices } = await look('another');
      expect(notices).toEqual([]);
      expect(faults).toEqual([expect.stringContaining(`${TagTableName} holds embeddings of another model`)]);
      expect(await look('another', { replaceEmbeddings: true })).toEqual({
        faults: [],
        notices: [expect.any(String)],
      });
    });
  });
});
