import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Size } from 'aws-cdk-lib';
import { Match, type Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import { ImageTaggingStack } from '../../infra/image-tagging-stack.ts';
import { readSettings } from '../../infra/read-settings.ts';
import { image, imageFolder, newApp, taggerTemplate, templateWith } from './tagger-template.ts';

const FUNCTION = 'AWS::Lambda::Function';
const BUS = 'arn:aws:events:us-east-1:123456789012:event-bus/mine';
const MAPPING = 'AWS::Lambda::EventSourceMapping';

/** Every statement of the role that the function takes. */
function statements(template: Template): readonly { Action: string | string[]; Resource: unknown }[] {
  const policies = template.findResources('AWS::IAM::Policy', {
    Properties: { PolicyName: Match.stringLikeRegexp('^TaggerTaggingRole') },
  });
  return Object.values(policies).flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
}

function resourcesOf(template: Template, action: string): unknown {
  const statement = statements(template).find(({ Action }) => [Action].flat().includes(action));
  return statement?.Resource;
}

describe('the tagging function', () => {
  it('is a container image for the processor that its image was made for', () => {
    const imageUri = { 'Fn::Sub': Match.stringLikeRegexp(`:[0-9a-f]{64}$`) };
    templateWith().hasResourceProperties(FUNCTION, {
      PackageType: 'Image',
      Code: { ImageUri: imageUri },
      Architectures: ['arm64'],
    });
    taggerTemplate(() => ({}), { ...image, architecture: 'x86_64' }).hasResourceProperties(FUNCTION, {
      Architectures: ['x86_64'],
    });
  });

  it('gets another image by another content of the image’s folder, and by nothing else', () => {
    const imageUri = (folder: string, memory: number) => {
      const props = () => ({ memory: Size.mebibytes(memory) });
      const template = taggerTemplate(props, { ...image, folder });
      const [found] = Object.values(template.findResources(FUNCTION));
      return JSON.stringify(found?.Properties.Code);
    };
    const before = imageUri(imageFolder('FROM scratch'), 2_000);
    expect(imageUri(imageFolder('FROM scratch'), 3_000)).toBe(before);
    expect(imageUri(imageFolder('FROM other'), 2_000)).not.toBe(before);
  });

  it('has an image that is built on the base that is named, and labelled for SnapStart where that is on', () => {
    const buildArguments = (context: Record<string, unknown>) => {
      const app = newApp(context);
      const props = { image: { ...image, baseImage: readSettings(app.node).baseImage } };
      new ImageTaggingStack(app, 'Images', { settings: readSettings(app.node), ...props });
      const { dockerImages } = JSON.parse(
        readFileSync(join(app.synth().directory, 'Images.assets.json'), 'utf8'),
      );
      const [only] = Object.values<{ source: { dockerBuildArgs?: unknown } }>(dockerImages);
      return only?.source.dockerBuildArgs;
    };
    expect(buildArguments({ baseImage: 'mirror.example/node:24', snapStart: true })).toEqual({
      BASE: 'mirror.example/node:24',
      SNAPSTART: 'Allow',
    });
    expect(buildArguments({})).toEqual({});
  });

  it('has the memory, time, storage and concurrency that are set', () => {
    const template = templateWith({
      memoryMegabytes: 2_048,
      functionTimeoutSeconds: 90,
      temporaryStorageMegabytes: 1_024,
      reservedConcurrency: 12,
    });
    template.hasResourceProperties(FUNCTION, {
      MemorySize: 2_048,
      Timeout: 90,
      EphemeralStorage: { Size: 1_024 },
      ReservedConcurrentExecutions: 12,
    });
    templateWith().hasResourceProperties(FUNCTION, { ReservedConcurrentExecutions: Match.absent() });
  });

  it('is told the table, its queue and which uploads to tag', () => {
    const variables = (context: Record<string, unknown>) => {
      const [found] = Object.values(
        templateWith(context).findResources(FUNCTION, {
          Properties: { PackageType: 'Image' },
        }),
      );
      return found?.Properties.Environment.Variables;
    };
    expect(variables({})).toEqual({
      TABLE_NAME: { Ref: expect.stringMatching(/^TaggerTagTable/) },
      BUCKETS: { Ref: expect.stringMatching(/^TaggerUploads/) },
      QUEUE_URL: { Ref: expect.stringMatching(/^TaggerUploadQueue/) },
      MAXIMUM_RECEIVES: '5',
    });
    expect(variables({ bucket: 'photos-a,photos-b' })).toMatchObject({ BUCKETS: 'photos-a,photos-b' });
    expect(variables({ maxReceiveCount: 9 })).toMatchObject({ MAXIMUM_RECEIVES: '9' });
    expect(variables({ prefix: 'a/,b/', suffix: '.jpg', maximumBytes: 1_000 })).toMatchObject({
      KEY_PREFIXES: 'a/,b/',
      KEY_SUFFIXES: '.jpg',
      MAXIMUM_BYTES: '1000',
    });
    expect(variables({ exif: 'without-place' })).toMatchObject({ EXIF: 'without-place' });
    expect(variables({ exif: 'all' })).not.toHaveProperty('EXIF');
  });

  it('is told where results go, if they go anywhere', () => {
    const environment = (context: Record<string, unknown>) => {
      const functions = templateWith(context).findResources(FUNCTION, {
        Properties: { PackageType: 'Image' },
      });
      return Object.values(functions)[0]?.Properties.Environment.Variables;
    };
    expect(environment({ objectTags: true })).toMatchObject({ OBJECT_TAG_LIMIT: '5' });
    expect(environment({ objectTags: true, objectTagLimit: 2 })).toMatchObject({ OBJECT_TAG_LIMIT: '2' });
    expect(environment({ resultEvents: BUS })).toMatchObject({ RESULT_EVENT_BUS: BUS });
    expect(JSON.stringify(environment({ resultEvents: true }))).toContain(':event-bus/default');
  });

  it('keeps its log for as long as is set, and no log is left without a stack', () => {
    templateWith({ logRetentionDays: 7 }).hasResource('AWS::Logs::LogGroup', {
      Properties: { RetentionInDays: 7 },
      DeletionPolicy: 'Delete',
    });
  });

  it('is traced only when that is asked for', () => {
    const tracing = {
      PackageType: 'Image',
      ImageConfig: Match.absent(),
      TracingConfig: { Mode: 'Active' },
    };
    templateWith().resourcePropertiesCountIs(FUNCTION, tracing, 0);
    templateWith({ tracing: true }).resourcePropertiesCountIs(FUNCTION, tracing, 1);
  });
});

describe('the event source mapping', () => {
  it('reports failures message by message, in batches and concurrency as set', () => {
    templateWith().hasResourceProperties(MAPPING, {
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      ScalingConfig: { MaximumConcurrency: 6 },
    });
    const context = { batchSize: 100, batchWindowSeconds: 5, maximumConcurrency: 50 };
    templateWith(context).hasResourceProperties(MAPPING, {
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 5,
      ScalingConfig: { MaximumConcurrency: 50 },
    });
  });

  it('feeds the function itself, or with SnapStart the alias of its published version', () => {
    const target = (pattern: string) => ({ FunctionName: { Ref: Match.stringLikeRegexp(pattern) } });
    const plain = templateWith();
    plain.hasResourceProperties(MAPPING, target('^TaggerTaggingFunction[0-9A-F]+$'));
    plain.resourceCountIs('AWS::Lambda::Version', 0);
    const snapStart = templateWith({ snapStart: true });
    snapStart.hasResourceProperties(FUNCTION, { SnapStart: { ApplyOn: 'PublishedVersions' } });
    const [mapping] = Object.values(snapStart.findResources(MAPPING));
    expect(JSON.stringify(mapping?.Properties.FunctionName)).toMatch(
      /"Ref":"TaggerTaggingFunctionAliaslive\w+"/,
    );
    snapStart.hasResourceProperties('AWS::Lambda::Alias', {
      FunctionVersion: { 'Fn::GetAtt': [Match.stringLikeRegexp('CurrentVersion'), 'Version'] },
    });
  });
});

describe('the rights of the tagging function', () => {
  it('are these actions, and none by AWS’s managed policies', () => {
    const template = templateWith();
    const actions = statements(template).flatMap(({ Action }) => Action);
    expect(actions.sort()).toEqual([
      'dynamodb:DeleteItem',
      'dynamodb:GetItem',
      'dynamodb:PutItem',
      'dynamodb:UpdateItem',
      'logs:CreateLogStream',
      'logs:PutLogEvents',
      's3:GetObject',
      's3:GetObjectVersion',
      's3:ListBucket',
      'sqs:ChangeMessageVisibility',
      'sqs:DeleteMessage',
      'sqs:GetQueueAttributes',
      'sqs:GetQueueUrl',
      'sqs:ReceiveMessage',
      'sqs:SendMessage',
    ]);
    expect(resourcesOf(template, 'sqs:SendMessage')).toEqual(resourcesOf(template, 'sqs:DeleteMessage'));
    template.resourcePropertiesCountIs('AWS::IAM::Role', { ManagedPolicyArns: Match.anyValue() }, 0);
  });

  it('reach the objects of its bucket, under the prefixes if there are any', () => {
    const bucket = { 'Fn::GetAtt': [expect.stringMatching(/^TaggerUploadsBucket/), 'Arn'] };
    const objects = (pattern: string) => ({ 'Fn::Join': ['', [bucket, pattern]] });
    expect(resourcesOf(templateWith(), 's3:GetObject')).toEqual(objects('/*'));
    expect(resourcesOf(templateWith(), 's3:ListBucket')).toEqual(bucket);
    expect(resourcesOf(templateWith({ prefix: 'a/,what?/' }), 's3:GetObject')).toEqual([
      objects('/a/*'),
      // What a policy writes for `?`, which is a wildcard there.
      objects(`/what\${?}/*`),
    ]);
  });

  it('reach tags of objects and an event bus only where these are asked for, and just that bus', () => {
    const template = templateWith({ objectTags: true, resultEvents: BUS, prefix: 'a/' });
    const told = statements(template).filter(({ Action }) => /Tagging$|^events:/.test(String(Action)));
    expect(told).toEqual([
      {
        Effect: 'Allow',
        Action: [
          's3:GetObjectTagging',
          's3:GetObjectVersionTagging',
          's3:PutObjectTagging',
          's3:PutObjectVersionTagging',
        ],
        Resource: resourcesOf(template, 's3:GetObject'),
      },
      { Effect: 'Allow', Action: 'events:PutEvents', Resource: BUS },
    ]);
    const ofDefaultBus = resourcesOf(templateWith({ resultEvents: true }), 'events:PutEvents');
    expect(JSON.stringify(ofDefaultBus)).toMatch(/:event-bus\/default"/);
  });

  it('reach the table but not its indexes, and the queue but not the dead-letter queue', () => {
    const arn = (logicalId: RegExp) => ({ 'Fn::GetAtt': [expect.stringMatching(logicalId), 'Arn'] });
    expect(resourcesOf(templateWith(), 'dynamodb:PutItem')).toEqual(arn(/^TaggerTagTable/));
    expect(resourcesOf(templateWith(), 'sqs:ReceiveMessage')).toEqual(arn(/^TaggerUploadQueue(?!Dead)/));
  });

  it('reach the keys that are given, for what they are needed for', () => {
    const key = (name: string) => `arn:aws:kms:us-east-1:123456789012:key/${name}`;
    const template = templateWith({ tableKey: key('table'), bucket: 'photos-a', bucketKey: key('photos') });
    const uses = statements(template).filter(({ Action }) => [Action].flat()[0]?.startsWith('kms:'));
    expect(uses).toEqual([
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: key('photos') },
      {
        Effect: 'Allow',
        Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
        Resource: key('table'),
      },
    ]);
  });
});
