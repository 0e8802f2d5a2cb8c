import { App, CfnParameter, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Architecture } from 'aws-cdk-lib/aws-lambda';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { describe, expect, it } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import type { ImageTaggerProps } from '../../infra/options/image-tagger-props.ts';
import { stackWithImage, taggerTemplate } from './tagger-template.ts';

const FUNCTION = 'AWS::Lambda::Function';
const TABLE = 'AWS::DynamoDB::Table';
const TAGGING = { PackageType: 'Image', ImageConfig: Match.absent() };

/** What a program in JavaScript may pass. */
const untyped = (props: unknown) => props as ImageTaggerProps;

function messageOf(props: unknown, stack = stackWithImage()): string {
  try {
    new ImageTagger(stack, 'Tagger', untyped(props));
    return '';
  } catch (error) {
    return String(error);
  }
}

describe('a tagger', () => {
  it.each([
    ['with no props', undefined],
    ['with empty props', {}],
  ])('works %s', (_name, props) => {
    const stack = stackWithImage();
    new ImageTagger(stack, 'Tagger', props);
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 1);
    template.hasResourceProperties(FUNCTION, {
      ...TAGGING,
      MemorySize: 3_008,
      Timeout: 60,
      EphemeralStorage: { Size: 512 },
      Environment: { Variables: { TABLE_NAME: Match.anyValue(), KEY_PREFIXES: Match.absent() } },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      ScalingConfig: { MaximumConcurrency: 6 },
    });
    template.hasResourceProperties(TABLE, { DeletionProtectionEnabled: true });
  });

  it('takes amounts as the CDK has them, in any unit', () => {
    const template = taggerTemplate(() => ({
      memory: Size.gibibytes(2),
      timeout: Duration.minutes(2),
      temporaryStorage: Size.gibibytes(1),
      batchSize: 100,
      batchingWindow: Duration.millis(5_000),
      maximumObjectSize: Size.mebibytes(20),
      logRetention: RetentionDays.ONE_WEEK,
    }));
    template.hasResourceProperties(FUNCTION, {
      ...TAGGING,
      MemorySize: 2_048,
      Timeout: 120,
      EphemeralStorage: { Size: 1_024 },
      Environment: { Variables: { MAXIMUM_BYTES: String(20 * 2 ** 20) } },
    });
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
    });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 725 });
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 7 });
  });

  it('keeps its logs for ever where that is asked for', () => {
    const template = taggerTemplate(() => ({ logRetention: RetentionDays.INFINITE }));
    template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: Match.absent() });
  });

  it('goes with its stack where that is asked for, and is protected from nothing then', () => {
    const template = taggerTemplate(() => ({ removalPolicy: RemovalPolicy.DESTROY }));
    template.hasResource(TABLE, {
      DeletionPolicy: 'Delete',
      Properties: { DeletionProtectionEnabled: false },
    });
    template.hasResource('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  });

  it('puts all its functions into the VPC, with the rights that this takes', () => {
    const template = taggerTemplate((scope) => {
      const vpc = Vpc.fromVpcAttributes(scope, 'Vpc', {
        ...{ vpcId: 'vpc-1', availabilityZones: ['a'] },
        privateSubnetIds: ['subnet-1'],
      });
      return {
        vpc,
        vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
        securityGroups: [new SecurityGroup(scope, 'Group', { vpc })],
      };
    });
    const group = { 'Fn::GetAtt': [Match.stringLikeRegexp('^Group'), 'GroupId'] };
    const placed = { VpcConfig: { SecurityGroupIds: [group], SubnetIds: ['subnet-1'] } };
    template.resourcePropertiesCountIs(FUNCTION, placed, 3);
    template.resourcePropertiesCountIs(
      'AWS::IAM::Policy',
      {
        PolicyDocument: {
          Statement: Match.arrayWith([
            Match.objectLike({ Action: Match.arrayWith(['ec2:CreateNetworkInterface']), Resource: '*' }),
          ]),
        },
      },
      3,
    );
    expect(JSON.stringify(template.findResources('AWS::IAM::Role'))).not.toContain('AWSLambdaVPCAccess');
    taggerTemplate().resourcePropertiesCountIs(FUNCTION, { VpcConfig: Match.anyValue() }, 0);
  });
});

describe('props', () => {
  it.each([
    ['memory', Size.mebibytes(1_536), Size.mebibytes(10_240)],
    ['temporaryStorage', Size.mebibytes(512), Size.mebibytes(10_240)],
    ['maximumObjectSize', Size.bytes(1), Size.gibibytes(1)],
    ['timeout', Duration.seconds(1), Duration.minutes(15)],
    ['batchingWindow', Duration.seconds(0), Duration.minutes(5)],
  ])('let %s reach both ends of its range', (name, least, most) => {
    expect(messageOf({ [name]: least })).toBe('');
    expect(messageOf({ [name]: most })).toBe('');
  });

  it.each([
    ['memory', Size.mebibytes(1_535), 'a Size of 1536 to 10240 MiB', '1535 MiB'],
    ['memory', Size.mebibytes(10_241), 'a Size of 1536 to 10240 MiB', '10241 MiB'],
    ['memory', 2_048, 'a Size', '2048'],
    ['memory', Duration.seconds(200), 'a Size', '200 seconds'],
    ['temporaryStorage', '512', 'a Size', '"512"'],
    ['maximumObjectSize', Size.bytes(0), 'a Size of 1 to 1073741824 bytes', '0 MiB'],
    ['maximumObjectSize', Size.gibibytes(2), 'a Size of 1 to 1073741824 bytes', '2048 MiB'],
    ['timeout', Duration.seconds(901), 'a Duration of 1 to 900 whole seconds', '901 seconds'],
    ['timeout', Duration.millis(1_500), 'a Duration of 1 to 900 whole seconds', '1.5 seconds'],
    ['timeout', 60, 'a Duration', '60'],
    ['batchingWindow', Duration.seconds(301), 'a Duration of 0 to 300 whole seconds', '301 seconds'],
    ['batchSize', '10', 'a whole number from 1 to 10000', '"10"'],
    ['batchSize', 10_001, 'a whole number from 1 to 10000', '10001'],
    ['batchSize', Number.NaN, 'a whole number from 1 to 10000', 'NaN'],
    ['memory', 3008n, 'a Size of 1536 to 10240 MiB', '3008'],
    ['snapStart', 'true', 'true or false', '"true"'],
    ['prefixes', 'photos/', 'key prefixes', '"photos/"'],
    ['prefixes', ['a,b'], 'key prefixes without commas and *', '["a,b"]'],
    ['suffixes', [7], 'key suffixes', '[7]'],
    ['model', 7, 'a model’s name or folder', '7'],
    ['labels', 'labels.yaml', 'label set files or folders of them', '"labels.yaml"'],
    ['labels', [], 'label set files or folders of them', '[]'],
    ['heic', 'no', 'true or false', '"no"'],
    ['exif', 'place', 'one of all, without-place, none', '"place"'],
    ['thumbnails', 'yes', 'true or false', '"yes"'],
    ['thumbnailBucket', 'photos', 'a bucket (new Bucket or Bucket.fromBucketName)', '"photos"'],
    ['thumbnailPrefix', 'a*', 'up to 200 characters without commas, *, ? and $', '"a*"'],
    ['thumbnailPrefix', '', 'up to 200 characters', '""'],
    ['exif', true, 'one of all, without-place, none', 'true'],
    ['architecture', 'arm64', 'Architecture.ARM_64 or Architecture.X86_64', '"arm64"'],
    [
      'architecture',
      Architecture.custom('riscv'),
      'Architecture.ARM_64 or',
      'an object of class Architecture',
    ],
    ['baseImage', 'two words', 'the name of a container image', '"two words"'],
    ['buckets', 'photos', '1 to 100 buckets (new Bucket or Bucket.fromBucketName)', '"photos"'],
    ['buckets', ['photos'], '1 to 100 buckets', '["photos"]'],
    ['buckets', [], '1 to 100 buckets', '[]'],
    ['buckets', [null], '1 to 100 buckets', '[null]'],
    ['bucketKeys', ['key'], 'KMS keys', '["key"]'],
    ['tableKey', 'alias/mine', 'a KMS key', '"alias/mine"'],
    ['vpc', 'vpc-1', 'a VPC', '"vpc-1"'],
    ['alarmTopic', {}, 'an SNS topic', '{}'],
    ['resultEventBus', () => {}, 'an event bus', 'a function'],
    ['logRetention', 31, 'one of RetentionDays', '31'],
    [
      'removalPolicy',
      'snapshot',
      'RemovalPolicy.RETAIN, RETAIN_ON_UPDATE_OR_DELETE or DESTROY',
      '"snapshot"',
    ],
    ['deletionProtection', 1, 'true or false', '1'],
    ['objectTagLimit', 11, 'a whole number from 1 to 10', '11'],
    ['tableKey', null, 'a KMS key', 'null'],
    ['bucket', [], 'one of the props buckets, bucketKeys,', '[]'],
  ])('rejects %s = %o, naming what was expected and what arrived', (name, value, expected, arrived) => {
    const message = messageOf({ [name]: value });
    expect(message).toContain(`Expected ${expected}`);
    expect(message).toContain(`for ${name} but received ${arrived}`);
  });

  it.each([null, 7, 'props', []])('rejects %j instead of them', (props) => {
    expect(messageOf(props)).toContain(`Expected an object for props but received ${JSON.stringify(props)}`);
  });

  it('names constructs within plain data, and plain data that holds itself', () => {
    const stack = stackWithImage();
    const bucket = new Bucket(stack, 'Bucket');
    const circular: Record<string, unknown> = {};
    circular.self = circular;
    const message = messageOf({ buckets: [{ bucket }], tableKey: circular }, stack);
    expect(message).toContain('for buckets but received [{"bucket":the construct Other/Bucket}]');
    expect(message).toContain('for tableKey but received {"self":{"self":{"self":{"self":…}}}}');
  });

  it('rejects constructs of another kind, and what only the deployment knows', () => {
    const stack = stackWithImage();
    const parameter = new CfnParameter(stack, 'Parameter', { type: 'Number' });
    const message = messageOf(
      {
        buckets: [new Topic(stack, 'Topic')],
        tableKey: new Bucket(stack, 'Bucket'),
        batchSize: parameter.valueAsNumber,
        timeout: Duration.seconds(parameter.valueAsNumber),
        prefixes: [parameter.valueAsString],
        model: parameter.valueAsString,
        labels: [parameter.valueAsString],
      },
      stack,
    );
    expect(message).toContain('for buckets but received [the construct Other/Topic]');
    expect(message).toContain('for tableKey but received the construct Other/Bucket');
    for (const name of ['batchSize', 'timeout', 'model']) {
      expect(message).toContain(`for ${name} but received a value that only the deployment knows`);
    }
    for (const name of ['prefixes', 'labels']) {
      expect(message).toContain(`for ${name} but received [a value that only the deployment knows]`);
    }
  });

  it('rejects buckets of another region or account', () => {
    const stack = stackWithImage(undefined, { env: { account: '111111111111', region: 'eu-west-1' } });
    const elsewhere = Bucket.fromBucketAttributes(stack, 'Elsewhere', {
      bucketName: 'photos-b',
      region: 'us-east-1',
    });
    const foreign = Bucket.fromBucketAttributes(stack, 'Foreign', {
      bucketName: 'photos-c',
      account: '222222222222',
    });
    const message = messageOf({ buckets: [new Bucket(stack, 'Own'), elsewhere, foreign] }, stack);
    expect(message).toContain(
      'Expected buckets of the stack’s region, eu-west-1, but received Other/Elsewhere in us-east-1',
    );
    expect(message).toContain(
      'Expected buckets of the stack’s account, 111111111111, but received Other/Foreign of 222222222222',
    );
    expect(message).not.toContain('Own');
  });

  it.each([
    [
      { batchSize: 11 },
      'Expected a batchingWindow (seconds) of at least 1 with a batchSize of 11 but received 0',
    ],
    [
      { snapStart: true, temporaryStorage: Size.mebibytes(513) },
      'Expected a temporaryStorage (MiB) of 512 with snapStart but received 513',
    ],
    [
      { removalPolicy: RemovalPolicy.DESTROY, deletionProtection: true },
      'Expected deletionProtection to be false with removalPolicy DESTROY',
    ],
    [{ vpcSubnets: {} }, 'Expected a vpc with vpcSubnets but received none'],
    [
      { prefixes: Array.from({ length: 34 }, (_, i) => `${i + 10}/`) },
      'Expected prefixes and suffixes to make at most 100 notifications',
    ],
  ])('rejects %o, where each is good by itself', (props, expected) => {
    expect(messageOf(props)).toContain(expected);
  });

  it('rejects with a fault of the label sets among the others', () => {
    const stack = new Stack(new App(), 'Other');
    const message = messageOf({ labels: ['no-labels.yaml'], batchSize: 0 }, stack);
    expect(message).toMatch(/^Error: Other\/Tagger:\n[\s\S]*for batchSize but received 0/);
    expect(message).toContain('no-labels.yaml: Expected a label set file');
  });

  it('take keys for buckets and for the table', () => {
    const template = taggerTemplate((scope) => ({
      bucketKeys: [new Key(scope, 'PhotoKey')],
      tableKey: new Key(scope, 'TableKey'),
    }));
    const statement = (pattern: string, Action: unknown) => ({
      PolicyDocument: {
        Statement: Match.arrayWith([
          { Effect: 'Allow', Action, Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp(pattern), 'Arn'] } },
        ]),
      },
    });
    template.hasResourceProperties('AWS::IAM::Policy', statement('^PhotoKey', 'kms:Decrypt'));
    template.hasResourceProperties(
      'AWS::IAM::Policy',
      statement('^TableKey', Match.arrayWith(['kms:Decrypt'])),
    );
  });
});
