import { Duration, Size } from 'aws-cdk-lib';
import { Match } from 'aws-cdk-lib/assertions';
import { Key } from 'aws-cdk-lib/aws-kms';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { describe, expect, it } from 'vitest';
import { taggerTemplate, templateWith } from './tagger-template.ts';

const BUCKET = 'AWS::S3::Bucket';
const QUEUE_POLICY = 'AWS::SQS::QueuePolicy';

describe('the tagger’s own bucket', () => {
  it('is private, encrypted, refuses plain HTTP and outlives the stack', () => {
    const template = templateWith();
    template.hasResource(BUCKET, {
      DeletionPolicy: 'RetainExceptOnCreate',
      Properties: {
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
      },
    });
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
      },
    });
  });

  it('tells the queue by itself, once the queue lets it, with no custom resource', () => {
    const template = templateWith({ prefix: 'a/' });
    const [queuePolicy] = Object.keys(
      template.findResources(QUEUE_POLICY, {
        Properties: { PolicyDocument: { Statement: Match.arrayWith([fromS3()]) } },
      }),
    );
    template.hasResource(BUCKET, {
      DependsOn: [queuePolicy],
      Properties: {
        NotificationConfiguration: {
          QueueConfigurations: Match.arrayWith([
            {
              Event: 's3:ObjectCreated:*',
              Queue: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerUploadQueue(?!Dead)'), 'Arn'] },
              Filter: { S3Key: { Rules: [{ Name: 'prefix', Value: 'a/' }] } },
            },
          ]),
        },
      },
    });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
    // Besides the functions of our image there is the one that feeds a backfill.
    template.resourcePropertiesCountIs('AWS::Lambda::Function', { PackageType: Match.absent() }, 1);
  });

  function fromS3() {
    return Match.objectLike({
      Effect: 'Allow',
      Action: 'sqs:SendMessage',
      Principal: { Service: 's3.amazonaws.com' },
      Condition: {
        StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
        ArnLike: {
          'aws:SourceArn': {
            'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::*-taggeruploadsbuc*']],
          },
        },
      },
    });
  }
});

describe('a vector index over the embeddings', () => {
  it('is not there unless it is asked for', () => {
    const template = templateWith({});
    expect(JSON.stringify(template.toJSON())).not.toMatch(/VectorIndexes|VECTOR_INDEX/);
  });

  it('searches embeddings of the model’s size by cosine, one model and one bucket at a time', () => {
    const template = templateWith({ vectorIndex: true });
    template.hasResourceProperties('AWS::DynamoDB::Table', {
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['PK', 'SK', 'GSI1PK', 'GSI1SK', 'modelDigest', 'bucket'].map(
        (AttributeName) => ({
          ...{ AttributeName, AttributeType: 'S' },
        }),
      ),
      VectorIndexes: [
        {
          ...{ IndexName: 'by-embedding-512', Dimensions: 512, DistanceFunction: 'COSINE' },
          VectorAttribute: { AttributeName: 'vector512' },
          SearchSchema: ['modelDigest', 'bucket'].map((AttributeName) => ({
            ...{ AttributeName, SearchSchemaElementType: 'INLINE_FILTER' },
          })),
          Projection: { ProjectionType: 'KEYS_ONLY' },
        },
      ],
    });
  });

  it('is fed by both functions that write records', () => {
    const functions = Object.values(
      templateWith({ vectorIndex: true }).findResources('AWS::Lambda::Function'),
    );
    const fed = functions.filter(
      ({ Properties }) => Properties.Environment?.Variables?.VECTOR_INDEX === 'true',
    );
    expect(fed).toHaveLength(2);
  });

  it('is what the API searches by, without a copy of all images', () => {
    const template = templateWith({ vectorIndex: true, api: true });
    const [api] = Object.values(
      template.findResources('AWS::Lambda::Function', {
        Properties: { ImageConfig: { Command: ['api.handler'] } },
      }),
    );
    expect(api?.Properties.Environment.Variables).toMatchObject({ VECTOR_INDEX: 'true' });
    expect(api?.Properties.Environment.Variables).not.toHaveProperty('SNAPSHOT_BUCKET');
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 'dynamodb:SearchVectors',
            Resource: { 'Fn::Join': ['', [Match.anyValue(), '/index/by-embedding-512']] },
          }),
        ]),
      },
    });
    template.hasOutput('VectorIndexDimensions', { Value: '512' });
  });
});

describe('buckets that exist already', () => {
  it('tell the queue by one EventBridge rule, whose undelivered events are dead letters', () => {
    const template = templateWith({ bucket: 'photos-a,photos-b', prefix: 'a/' });
    template.resourceCountIs(BUCKET, 0);
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        source: ['aws.s3'],
        'detail-type': ['Object Created', 'Object Deleted', 'Object Restore Completed'],
        detail: { bucket: { name: ['photos-a', 'photos-b'] }, object: { key: [{ prefix: 'a/' }] } },
      },
      Targets: [
        {
          Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerUploadQueue(?!Dead)'), 'Arn'] },
          DeadLetterConfig: {
            Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^TaggerUploadQueueDeadLetter'), 'Arn'] },
          },
        },
      ],
    });
  });

  it('let that rule, and nobody else, send to the queues', () => {
    const template = templateWith({ bucket: 'photos-a' });
    const [rule] = Object.keys(template.findResources('AWS::Events::Rule'));
    const policies = Object.values(template.findResources(QUEUE_POLICY));
    expect(policies).toHaveLength(2);
    for (const { Properties } of policies) {
      const statements: { Effect: string }[] = Properties.PolicyDocument.Statement;
      expect(statements.filter(({ Effect }) => Effect === 'Allow')).toEqual([
        expect.objectContaining({
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: {
            ArnEquals: { 'aws:SourceArn': { 'Fn::GetAtt': [rule, 'Arn'] } },
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
          },
        }),
      ]);
    }
  });

  it('are made to send to EventBridge, by a function that may change these buckets only', () => {
    const template = templateWith({ bucket: 'photos-a,photos-b' });
    template.resourceCountIs('Custom::S3BucketNotifications', 2);
    template.allResourcesProperties('Custom::S3BucketNotifications', {
      NotificationConfiguration: { EventBridgeConfiguration: {} },
      Managed: false,
    });
    const arn = (name: string) => ({
      'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::${name}`]],
    });
    template.hasResourceProperties('AWS::IAM::Role', {
      ManagedPolicyArns: Match.absent(),
      Policies: [
        {
          PolicyDocument: {
            Statement: [
              {
                Action: ['s3:GetBucketNotification', 's3:PutBucketNotification'],
                Resource: [arn('photos-a'), arn('photos-b')],
              },
            ],
          },
        },
      ],
    });
    // No other role is concerned with the configuration of buckets.
    const policies = JSON.stringify(template.findResources('AWS::IAM::Policy'));
    expect(policies).not.toContain('BucketNotification');
  });

  it('are left alone when they send to EventBridge already', () => {
    const template = templateWith({ bucket: 'photos-a', enableEventBridge: false });
    template.resourceCountIs('Custom::S3BucketNotifications', 0);
    template.resourceCountIs('AWS::Events::Rule', 1);
  });
});

describe('a tagger in another app', () => {
  it('takes a bucket of that app, with its key', () => {
    const template = taggerTemplate((scope) => ({
      buckets: [new Bucket(scope, 'Photos', { encryptionKey: new Key(scope, 'Key') })],
    }));
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { detail: { bucket: { name: [{ Ref: Match.stringLikeRegexp('^Photos') }] } } },
    });
    template.hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          {
            Effect: 'Allow',
            Action: 'kms:Decrypt',
            Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^Key'), 'Arn'] },
          },
        ]),
      },
    });
  });

  it('rejects with every faulty prop at once', () => {
    const faulty = {
      buckets: [],
      batchSize: 0,
      memory: Size.mebibytes(100),
      timeout: Duration.seconds(901),
      suffixes: ['*.jpg'],
      reservedConcurrency: 5,
      maximumConcurrency: 6,
    };
    expect(() => taggerTemplate(() => faulty)).toThrow(
      /^Other\/Tagger:[\s\S]*buckets[\s\S]*suffixes[\s\S]*memory[\s\S]*timeout[\s\S]*batchSize[\s\S]*reservedConcurrency/,
    );
  });
});
