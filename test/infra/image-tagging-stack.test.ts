import { Stack, Validations } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { newApp, stackWith, templateWith } from './tagger-template.ts';

const TABLE_KEY = 'arn:aws:kms:us-east-1:123456789012:key/table';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';

const NETWORK = { vpc: 'vpc-0123456789abcdef0', subnets: 'subnet-01234567,subnet-89abcdef' };

describe('a VPC that exists already', () => {
  it('has all functions in its subnets, in groups of their own or those that are named', () => {
    const template = templateWith({ ...NETWORK, api: true });
    const SubnetIds = ['subnet-01234567', 'subnet-89abcdef'];
    template.allResourcesProperties('AWS::Lambda::Function', { VpcConfig: { SubnetIds } });
    template.allResourcesProperties('AWS::EC2::SecurityGroup', { VpcId: NETWORK.vpc });
    template.resourceCountIs('AWS::EC2::SecurityGroup', 4);
    const named = templateWith({ ...NETWORK, securityGroups: 'sg-01234567' });
    named.allResourcesProperties('AWS::Lambda::Function', {
      VpcConfig: { SubnetIds, SecurityGroupIds: ['sg-01234567'] },
    });
    named.resourceCountIs('AWS::EC2::SecurityGroup', 0);
  });

  it.each([
    [{ vpc: NETWORK.vpc }, 'Expected subnets with vpc but received none'],
    [{ subnets: 'subnet-01234567' }, 'Expected a vpc with subnet-01234567 but received none'],
    [{ securityGroups: 'sg-01234567' }, 'Expected a vpc with sg-01234567 but received none'],
  ])('rejects %j', (context, fault) => {
    expect(() => templateWith(context)).toThrow(fault);
  });
});

describe('the tag table', () => {
  it('is one on-demand table keyed by PK and SK', () => {
    const template = templateWith();
    template.resourceCountIs('AWS::DynamoDB::Table', 1);
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [
        { AttributeName: 'PK', KeyType: 'HASH' },
        { AttributeName: 'SK', KeyType: 'RANGE' },
      ],
    });
  });

  it('has the index by-status with keys alone', () => {
    templateWith().hasResourceProperties('AWS::DynamoDB::Table', {
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-status',
          KeySchema: [
            { AttributeName: 'GSI1PK', KeyType: 'HASH' },
            { AttributeName: 'GSI1SK', KeyType: 'RANGE' },
          ],
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });

  it('recovers to a point in time and drops tombstones by expiresAt', () => {
    templateWith().hasResourceProperties('AWS::DynamoDB::Table', {
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
    });
  });

  it('outlives its stack and is protected from deletion unless that is set otherwise', () => {
    const kept = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
    const table = (on: boolean) => ({ Properties: { DeletionProtectionEnabled: on } });
    templateWith().hasResource('AWS::DynamoDB::Table', { ...kept, ...table(true) });
    // Unprotected, it goes with a first deployment that fails, and no later.
    templateWith({ tableDeletionProtection: false }).hasResource('AWS::DynamoDB::Table', {
      ...kept,
      ...table(false),
      DeletionPolicy: 'RetainExceptOnCreate',
    });
  });

  it('is encrypted with DynamoDB’s own key, or with the one that is given', () => {
    templateWith().hasResourceProperties('AWS::DynamoDB::Table', { SSESpecification: Match.absent() });
    templateWith({ tableKey: TABLE_KEY }).hasResourceProperties('AWS::DynamoDB::Table', {
      SSESpecification: { SSEEnabled: true, KMSMasterKeyId: TABLE_KEY },
    });
  });
});

describe('the upload queue', () => {
  it('hides a received message for six function timeouts', () => {
    const template = templateWith({ functionTimeoutSeconds: 50 });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 300 });
    template.hasResourceProperties('AWS::Lambda::Function', { Timeout: 50 });
  });

  it('moves a message to the dead-letter queue after the set number of receives', () => {
    const redrive = (maxReceiveCount: number) => ({
      RedrivePolicy: { deadLetterTargetArn: Match.anyValue(), maxReceiveCount },
    });
    templateWith().hasResourceProperties('AWS::SQS::Queue', redrive(5));
    templateWith({ maxReceiveCount: 7 }).hasResourceProperties('AWS::SQS::Queue', redrive(7));
  });

  it('keeps dead letters for 14 days, longer than it keeps messages itself', () => {
    templateWith().hasResourceProperties('AWS::SQS::Queue', {
      MessageRetentionPeriod: 14 * 24 * 3_600,
      RedrivePolicy: Match.absent(),
    });
  });

  it('is encrypted and refuses plain HTTP, as its dead-letter queue does', () => {
    const template = templateWith();
    template.resourcePropertiesCountIs('AWS::SQS::Queue', { SqsManagedSseEnabled: true }, 2);
    const refusal = { Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };
    template.resourcePropertiesCountIs(
      'AWS::SQS::QueuePolicy',
      { PolicyDocument: { Statement: Match.arrayWith([Match.objectLike(refusal)]) } },
      2,
    );
  });
});

describe('what is left when the stack is deleted', () => {
  it('is the table and the stack’s own bucket, and nothing else', () => {
    const resources: Record<string, { Type: string; DeletionPolicy?: string }> =
      templateWith().toJSON().Resources;
    const kept = Object.values(resources).filter(({ DeletionPolicy }) =>
      DeletionPolicy?.startsWith('Retain'),
    );
    expect(kept.map(({ Type }) => Type).sort()).toEqual(['AWS::DynamoDB::Table', 'AWS::S3::Bucket']);
  });

  it('is no bucket where the first deployment fails: none has anything in it yet', () => {
    const template = templateWith({ thumbnails: true, api: true });
    template.resourceCountIs('AWS::S3::Bucket', 3);
    template.allResources('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });
});

describe('the outputs of the stack', () => {
  it('name the buckets, table, queues, function, log and workflows', () => {
    const outputs = templateWith({ bucket: 'photos-a,photos-b' }).toJSON().Outputs;
    expect(Object.keys(outputs).sort()).toEqual([
      'BackfillWorkflowArn',
      'BucketNames',
      'DeadLetterQueueUrl',
      'FunctionName',
      'LogGroupName',
      'ModelDigest',
      'RetagWorkflowArn',
      'TagTableName',
      'UploadQueueUrl',
    ]);
    expect(outputs.BucketNames.Value).toBe('photos-a,photos-b');
  });
});

describe('the AWS Solutions rules of cdk-nag', () => {
  it.each([
    ['by default', {}],
    ['with filters', { prefix: 'a/,what?/', suffix: '.jpg,.png' }],
    ['with an API for everybody', { api: true, apiAuth: 'none', apiWrites: false }],
    ['with a table that exists already', { table: 'tags', tableKey: TABLE_KEY, api: true }],
    ['in a VPC', { ...NETWORK, api: true }],
    ['with buckets of other accounts', { bucket: 'photos-a', foreignBucket: '111122223333/theirs' }],
    ['with buckets that exist already', { bucket: 'photos-a,photos-b', prefix: 'a/' }],
    [
      'with all that is opt-in',
      {
        ...{
          snapStart: true,
          tracing: true,
          reservedConcurrency: 20,
          tableKey: TABLE_KEY,
          dataKey: TABLE_KEY,
          tags: 'team=photos,env=prod',
          canary: true,
          alarmTopic: TOPIC,
        },
        ...{ resultEvents: true, objectTags: true, thumbnails: true },
        ...{ api: true, apiAllowedOrigins: 'https://example.org' },
      },
    ],
  ])('find nothing in the stack %s', (_name, context) => {
    const app = newApp(context);
    stackWith(context, app);
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  });

  it('rejects a queue that allows plain HTTP, so the check above does check', () => {
    const app = newApp();
    new Queue(new Stack(app, 'Test'), 'Queue');
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
  });
});
