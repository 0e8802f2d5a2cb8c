import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import { provideImage } from '../../infra/packaging/provided-image.ts';
import { image, templateWith } from './tagger-template.ts';

const FUNCTION = 'AWS::Lambda::Function';
const URL = 'AWS::Lambda::Url';
const API = { ImageConfig: { Command: ['api.handler'] } };

interface Statement {
  readonly Action: string | readonly string[];
  readonly Resource: unknown;
}

/** What the API's role may do, by its actions, but for the snapshots of its search. */
function rights(template: Template): Map<string, unknown> {
  const policies = template.findResources('AWS::IAM::Policy');
  const own = Object.entries(policies).filter(([name]) => name.startsWith('TaggerApiRole'));
  const statements = own.flatMap(([, policy]): Statement[] => policy.Properties.PolicyDocument.Statement);
  const others = statements.filter(({ Resource }) => !JSON.stringify(Resource).includes('SearchSnapshots'));
  return new Map(
    others.flatMap(({ Action, Resource }) =>
      [Action].flat().map((action): [string, unknown] => [action, Resource]),
    ),
  );
}

describe('the API', () => {
  it('is not there by default, nor is the stream that it follows', () => {
    const template = templateWith();
    template.resourceCountIs(URL, 0);
    template.resourcePropertiesCountIs(FUNCTION, API, 0);
    template.hasResourceProperties('AWS::DynamoDB::Table', { StreamSpecification: Match.absent() });
  });

  it('answers at a URL to whoever signs, and to no page of another origin', () => {
    const template = templateWith({ api: true });
    template.hasResourceProperties(URL, { AuthType: 'AWS_IAM', Cors: Match.absent() });
    template.resourceCountIs('AWS::Lambda::Permission', 0);
    template.hasOutput('ApiUrl', {
      Value: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerApi'), 'FunctionUrl'] },
    });
  });

  it('is the image of the tagging function with another command, and knows what it stands before', () => {
    const template = templateWith({ api: true, apiMemoryMegabytes: 2_048, apiReservedConcurrency: 7 });
    template.hasResourceProperties(FUNCTION, {
      ...API,
      PackageType: 'Image',
      MemorySize: 2_048,
      ReservedConcurrentExecutions: 7,
      Environment: {
        Variables: {
          TABLE_NAME: Match.anyValue(),
          STREAM_ARN: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerTagTable'), 'StreamArn'] },
          BUCKETS: Match.anyValue(),
          QUEUE_URL: Match.anyValue(),
          DEAD_LETTER_QUEUE_URL: Match.anyValue(),
          WRITES: 'true',
        },
      },
    });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      StreamSpecification: { StreamViewType: 'NEW_IMAGE' },
    });
    const images = Object.values(template.findResources(FUNCTION, { Properties: { PackageType: 'Image' } }));
    expect(new Set(images.map(({ Properties }) => JSON.stringify(Properties.Code))).size).toBe(1);
  });

  it('has a bucket of its own for the snapshot of its search, and rights to that one object', () => {
    const template = templateWith({ api: true });
    const [name = ''] = Object.keys(template.findResources('AWS::S3::Bucket')).filter((id) =>
      id.startsWith('TaggerApiSearchSnapshots'),
    );
    template.hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        LifecycleConfiguration: { Rules: [Match.objectLike({ ExpirationInDays: 30, Status: 'Enabled' })] },
        PublicAccessBlockConfiguration: { BlockPublicAcls: true, RestrictPublicBuckets: true },
      },
    });
    template.hasResourceProperties(FUNCTION, {
      ...API,
      Environment: { Variables: { SNAPSHOT_BUCKET: { Ref: name } } },
    });
    const arn = { 'Fn::GetAtt': [name, 'Arn'] };
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    const object = { 'Fn::Join': ['', [arn, '/search.snapshot']] };
    expect(policies).toContain(
      JSON.stringify({ Action: ['s3:GetObject', 's3:PutObject'], Effect: 'Allow', Resource: object }),
    );
    expect(policies).toContain(JSON.stringify({ Action: 's3:ListBucket', Effect: 'Allow', Resource: arn }));
  });

  it('lets origins use it that are named, and everybody where that is asked for', () => {
    const origins = ['https://example.org', 'http://localhost:5173'];
    templateWith({ api: true, apiAllowedOrigins: origins.join(',') }).hasResourceProperties(URL, {
      Cors: {
        AllowOrigins: origins,
        AllowMethods: ['GET', 'HEAD', 'POST'],
        AllowCredentials: Match.absent(),
      },
    });
    const open = templateWith({ api: true, apiAuth: 'none', apiWrites: false });
    open.hasResourceProperties(URL, { AuthType: 'NONE' });
    open.hasResourceProperties('AWS::Lambda::Permission', {
      Action: 'lambda:InvokeFunctionUrl',
      FunctionUrlAuthType: 'NONE',
      Principal: '*',
    });
  });

  it('reads, signs and writes no more than it is asked for', () => {
    const reading = [
      ...['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:Query', 'dynamodb:Scan'],
      ...['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'],
      ...['s3:GetObject', 's3:GetObjectVersion', 's3:ListBucket', 'sqs:GetQueueAttributes'],
      ...['logs:CreateLogStream', 'logs:PutLogEvents'],
    ];
    const writing = [
      ...['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem'],
      ...['s3:PutObject', 'sqs:SendMessage'],
    ];
    expect([...rights(templateWith({ api: true })).keys()].sort()).toEqual([...reading, ...writing].sort());
    const readOnly = templateWith({ api: true, apiWrites: false });
    expect([...rights(readOnly).keys()].sort()).toEqual([...reading].sort());
    readOnly.hasResourceProperties(FUNCTION, {
      ...API,
      Environment: { Variables: { WRITES: Match.absent() } },
    });
  });

  it('reaches the objects under the prefixes of its buckets, and no others', () => {
    const allowed = rights(templateWith({ api: true, bucket: 'photos-a', prefix: 'in/' }));
    for (const action of ['s3:GetObject', 's3:PutObject']) {
      expect(JSON.stringify(allowed.get(action))).toMatch(/:s3:::photos-a\/in\/\*"/);
      expect(JSON.stringify(allowed.get(action))).not.toContain('photos-a/*');
    }
  });

  it('has alarms and a row of the dashboard', () => {
    const template = templateWith({ api: true });
    const alarm = 'AWS::CloudWatch::Alarm';
    template.hasResourceProperties(alarm, { MetricName: 'Url5xxCount', Threshold: 5, Statistic: 'Sum' });
    template.resourcePropertiesCountIs(alarm, { MetricName: 'Throttles' }, 2);
    templateWith().resourcePropertiesCountIs(alarm, { MetricName: 'Url5xxCount' }, 0);
    const [dashboard] = Object.values(template.findResources('AWS::CloudWatch::Dashboard'));
    expect(JSON.stringify(dashboard?.Properties.DashboardBody)).toContain('UrlRequestLatency');
  });
});

describe('a tagger in an app of its own', () => {
  const stackWithTagger = (props: ConstructorParameters<typeof ImageTagger>[2]) => {
    const stack = new Stack(new App({ builtinCloudFormationValidation: false }), 'Photos');
    provideImage(stack, image);
    return { stack, tagger: new ImageTagger(stack, 'Tagger', props) };
  };

  it('lets somebody use its API, whose buckets may be added later', () => {
    const { stack, tagger } = stackWithTagger({ api: true });
    const key = new Key(stack, 'Key');
    tagger.addBucket(Bucket.fromBucketAttributes(stack, 'More', { bucketName: 'more', encryptionKey: key }));
    tagger.grantApi(new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') }));
    const template = Template.fromStack(stack);
    const allowed = rights(template);
    expect(JSON.stringify(allowed.get('s3:PutObject'))).toContain('more/*');
    expect([...allowed.keys()]).toEqual(expect.arrayContaining(['kms:Decrypt', 'kms:GenerateDataKey']));
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: 'lambda:InvokeFunctionUrl' })]),
      },
      Roles: [{ Ref: Match.stringLikeRegexp('^Caller') }],
    });
  });

  it('rejects a grant of an API that is not there', () => {
    const { stack, tagger } = stackWithTagger({});
    const role = new Role(stack, 'Caller', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    expect(() => tagger.grantApi(role)).toThrow('Expected an API (api: true) but there is none');
    expect(tagger.api).toBeUndefined();
  });
});
