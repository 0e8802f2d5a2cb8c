import { type Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import type { ImageTaggerProps } from '../../infra/options/image-tagger-props.ts';
import { stackWithImage } from './tagger-template.ts';

const POLICY = 'AWS::IAM::Policy';

function taggerIn(stack: Stack, props: ImageTaggerProps = {}): ImageTagger {
  return new ImageTagger(stack, 'Tagger', props);
}

const named = (stack: Stack, name: string) => Bucket.fromBucketName(stack, name, name);

/** What a role may do, action by action. */
function rightsOf(stack: Stack, role: string): Record<string, unknown> {
  const policies = Object.values(Template.fromStack(stack).findResources(POLICY));
  const statements: { Action: string | string[]; Resource: unknown }[] = policies
    .filter(({ Properties }) => Properties.Roles.some(({ Ref }: { Ref: string }) => Ref.startsWith(role)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
  return Object.fromEntries(
    statements.flatMap(({ Action, Resource }) => [Action].flat().map((action) => [action, Resource])),
  );
}

describe('addBucket', () => {
  it('watches one more bucket by the rule of the others', () => {
    const stack = stackWithImage();
    const tagger = taggerIn(stack, { buckets: [named(stack, 'photos-a')], prefixes: ['in/'] });
    tagger.addBucket(named(stack, 'photos-b'));
    expect(tagger.buckets.map(({ bucketName }) => bucketName)).toEqual(['photos-a', 'photos-b']);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::Events::Rule', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        detail: { bucket: { name: ['photos-a', 'photos-b'] }, object: { key: [{ prefix: 'in/' }] } },
      },
    });
    template.resourceCountIs('Custom::S3BucketNotifications', 2);
  });

  it('watches it beside the tagger’s own bucket', () => {
    const stack = stackWithImage();
    taggerIn(stack).addBucket(named(stack, 'photos-b'));
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { bucket: { name: ['photos-b'] } } },
      Targets: [{ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerUploadQueue(?!Dead)'), 'Arn'] } }],
    });
  });

  it('lets the function read it and its keys, and the backfill list it', () => {
    const stack = stackWithImage();
    const tagger = taggerIn(stack, { buckets: [named(stack, 'photos-a')], objectTags: true });
    const bucket = new Bucket(stack, 'Added', { encryptionKey: new Key(stack, 'BucketKey') });
    tagger.addBucket(bucket, { keys: [new Key(stack, 'OtherKey')] });
    const text = JSON.stringify(Template.fromStack(stack).findResources(POLICY));
    const of = (resource: string, action: string) =>
      new RegExp(`"Action":(\\[[^\\]]*)?"${action}"[^{}]*"Resource":[^}]*${resource}`);
    expect(text).toMatch(of('BucketKey', 'kms:Decrypt'));
    expect(text).toMatch(of('OtherKey', 'kms:Decrypt'));
    const added = { 'Fn::GetAtt': [expect.stringMatching(/^Added/), 'Arn'] };
    expect(rightsOf(stack, 'TaggerBackfillWorkflowRole')).toMatchObject({ 's3:ListBucket': added });
    const objects = { 'Fn::Join': ['', [added, '/*']] };
    expect(rightsOf(stack, 'TaggerTaggingRole')).toMatchObject({
      's3:GetObject': objects,
      's3:GetObjectVersion': objects,
      's3:PutObjectTagging': objects,
      's3:ListBucket': added,
    });
  });

  it('tells the backfill’s workflow of it', () => {
    const stack = stackWithImage();
    const tagger = taggerIn(stack, { buckets: [named(stack, 'photos-a')] });
    tagger.addBucket(named(stack, 'photos-b'));
    const text = JSON.stringify(
      Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine'),
    ).replaceAll('\\"', '"');
    expect(text).toContain('"buckets":["photos-a","photos-b"]');
  });

  it('leaves alone the notifications of a bucket that sends its events already', () => {
    const stack = stackWithImage();
    taggerIn(stack).addBucket(named(stack, 'photos-b'), { enableEventBridge: false });
    Template.fromStack(stack).resourceCountIs('Custom::S3BucketNotifications', 0);
  });

  it('rejects what is no bucket, and faulty options', () => {
    const tagger = taggerIn(stackWithImage());
    const faulty = { keys: 'key', enableEventBridge: 1, key: 2 } as never;
    expect(() => tagger.addBucket('photos' as never, faulty)).toThrow(
      /^Other\/Tagger:[\s\S]*Expected a bucket [^\n]* but received "photos"[\s\S]*one of the options keys, enableEventBridge for key but received 2[\s\S]*for keys but received "key"[\s\S]*for enableEventBridge but received 1/,
    );
  });

  it('rejects the bucket that the tagger made itself: it would depend on its own rule', () => {
    const tagger = taggerIn(stackWithImage());
    const [own] = tagger.buckets;
    expect(() => tagger.addBucket(own as never)).toThrow('Expected a bucket besides the tagger’s own');
  });

  it('rejects a bucket that is watched already, and one more than there may be', () => {
    const stack = stackWithImage();
    const bucket = named(stack, 'photos-a');
    const tagger = taggerIn(stack, { buckets: [bucket] });
    expect(() => tagger.addBucket(bucket)).toThrow('Expected each of the buckets once');
    const others = Array.from({ length: 101 }, (_, i) => named(stack, `p${String(i).padStart(2, '0')}`));
    for (const one of others.slice(0, 99)) tagger.addBucket(one);
    expect(() => tagger.addBucket(others[100] as never)).toThrow('at most 100 buckets but received 101');
  });
});

describe('grants', () => {
  const reader = (stack: Stack) =>
    new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });

  it('let somebody read the table and its index, with its key, and nothing else', () => {
    const stack = stackWithImage();
    taggerIn(stack, { tableKey: new Key(stack, 'Key') }).grantRead(reader(stack));
    const table = { 'Fn::GetAtt': [expect.stringMatching(/^TaggerTagTable/), 'Arn'] };
    const readable = [table, { 'Fn::Join': ['', [table, '/index/by-status']] }];
    const key = { 'Fn::GetAtt': [expect.stringMatching(/^Key/), 'Arn'] };
    expect(rightsOf(stack, 'Reader')).toEqual({
      'dynamodb:GetItem': readable,
      'dynamodb:BatchGetItem': readable,
      'dynamodb:Query': readable,
      'dynamodb:Scan': readable,
      'dynamodb:DescribeTable': readable,
      'kms:Decrypt': key,
      'kms:DescribeKey': key,
    });
  });

  it('let somebody redrive dead letters', () => {
    const stack = stackWithImage();
    taggerIn(stack).grantRedrive(reader(stack));
    const dead = { 'Fn::GetAtt': [expect.stringMatching(/^TaggerUploadQueueDeadLetterQueue/), 'Arn'] };
    const queue = { 'Fn::GetAtt': [expect.stringMatching(/^TaggerUploadQueue(?!Dead)/), 'Arn'] };
    expect(rightsOf(stack, 'Reader')).toEqual({
      'sqs:StartMessageMoveTask': dead,
      'sqs:ListMessageMoveTasks': dead,
      'sqs:CancelMessageMoveTask': dead,
      'sqs:GetQueueUrl': dead,
      'sqs:GetQueueAttributes': dead,
      'sqs:ReceiveMessage': dead,
      'sqs:DeleteMessage': dead,
      'sqs:SendMessage': queue,
    });
  });
});

describe('metrics and alarms', () => {
  it('are of the tagger’s function, sums over five minutes unless told otherwise', () => {
    const stack = stackWithImage();
    const tagger = taggerIn(stack);
    const metrics = {
      ImagesTagged: tagger.metricTagged(),
      ImagesFailed: tagger.metricFailed(),
      ImagesUnsupported: tagger.metricUnsupported(),
      ResultsNotTold: tagger.metricResultsNotTold(),
      FetchTime: tagger.metric('FetchTime', { statistic: 'p99' }),
    };
    for (const [metricName, metric] of Object.entries(metrics)) {
      expect(metric).toMatchObject({
        namespace: 'Cliptag',
        metricName,
        dimensions: { FunctionName: tagger.function.functionName },
        statistic: metricName === 'FetchTime' ? 'p99' : 'Sum',
      });
      expect(metric.period.toMinutes()).toBe(5);
    }
  });

  it('can be given further actions', () => {
    const stack = stackWithImage();
    const { alarms } = taggerIn(stack, { objectTags: true });
    expect(Object.keys(alarms)).toEqual([
      ...['deadLetters', 'oldestMessage', 'retries', 'tableThrottles', 'indexThrottles'],
      ...['backfillFailed', 'retagFailed'],
      ...['errors', 'throttles', 'duration', 'resultsNotTold'],
    ]);
    alarms.deadLetters.addAlarmAction({ bind: () => ({ alarmActionArn: 'arn:page-somebody' }) });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      MetricName: 'ApproximateNumberOfMessagesVisible',
      AlarmActions: ['arn:page-somebody'],
    });
  });
});

it('the AWS Solutions rules of cdk-nag find nothing in a tagger with a VPC, another bucket and a reader', () => {
  const stack = stackWithImage();
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    ...{ vpcId: 'vpc-1', availabilityZones: ['a'] },
    privateSubnetIds: ['subnet-1'],
  });
  const tagger = taggerIn(stack, { vpc, enableEventBridge: false });
  tagger.addBucket(named(stack, 'photos-b'));
  const role = new Role(stack, 'Reader', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
  tagger.grantRead(role);
  tagger.grantRedrive(role);
  Validations.of(stack.node.root).addPlugins(new AwsSolutionsChecks(stack.node.root as never));
  expect(() => (stack.node.root as import('aws-cdk-lib').App).synth()).not.toThrow();
});
