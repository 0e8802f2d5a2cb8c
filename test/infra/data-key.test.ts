import { Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Key } from 'aws-cdk-lib/aws-kms';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { ImageTagger } from '../../infra/constructs/image-tagger.ts';
import { stackWithImage, taggerTemplate, templateWith } from './tagger-template.ts';

const DATA_KEY = 'arn:aws:kms:us-east-1:123456789012:key/data';

describe('a KMS key for queues and logs', () => {
  it('encrypts both queues and each function’s log', () => {
    const template = templateWith({ dataKey: DATA_KEY, api: true });
    template.resourcePropertiesCountIs('AWS::SQS::Queue', { KmsMasterKeyId: DATA_KEY }, 2);
    template.resourcePropertiesCountIs('AWS::SQS::Queue', { SqsManagedSseEnabled: true }, 0);
    template.resourceCountIs('AWS::Logs::LogGroup', 4);
    template.allResourcesProperties('AWS::Logs::LogGroup', { KmsKeyId: DATA_KEY });
    templateWith({ api: true }).resourcePropertiesCountIs(
      'AWS::Logs::LogGroup',
      { KmsKeyId: Match.anyValue() },
      0,
    );
  });

  it.each([
    ['the tagging function, which also receives', '^TaggerTaggingRoleDefaultPolicy'],
    ['the feeding function', '^TaggerBackfillFeederRoleDefaultPolicy'],
    ['the API, which takes uploads', '^TaggerApiRoleDefaultPolicy'],
  ])('may be used by %s', (_who, name) => {
    const template = templateWith({ dataKey: DATA_KEY, api: true });
    const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
      id.match(name),
    );
    expect(policy?.[1].Properties.PolicyDocument.Statement).toContainEqual({
      Action: expect.arrayContaining(['kms:GenerateDataKey', 'kms:Decrypt']),
      Effect: 'Allow',
      Resource: DATA_KEY,
    });
  });

  it('of the app itself lets S3 and EventBridge of this account send, and CloudWatch encrypt the logs of this stack', () => {
    const template = taggerTemplate((scope) => ({
      dataKey: new Key(scope, 'Key', { enableKeyRotation: true }),
    }));
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: ['kms:GenerateDataKey', 'kms:Decrypt'],
            Principal: { Service: ['s3.amazonaws.com', 'events.amazonaws.com'] },
            Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
          }),
          Match.objectLike({
            Principal: { Service: { 'Fn::Join': ['', ['logs.', { Ref: 'AWS::Region' }, '.amazonaws.com']] } },
            Condition: {
              ArnLike: {
                'kms:EncryptionContext:aws:logs:arn': {
                  'Fn::Join': ['', Match.arrayWith([':log-group:Other-*'])],
                },
              },
            },
          }),
        ]),
      },
    });
  });

  it('may be used by whoever redrives, and makes no circle with the tagger’s own bucket', () => {
    const stack = stackWithImage();
    const dataKey = new Key(stack, 'Key', { enableKeyRotation: true });
    const role = new Role(stack, 'Operator', { assumedBy: new ServicePrincipal('ec2.amazonaws.com') });
    new ImageTagger(stack, 'Tagger', { dataKey }).grantRedrive(role);
    Validations.of(stack).addPlugins(new AwsSolutionsChecks(stack));
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyName: Match.stringLikeRegexp('^Operator'),
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({ Action: ['kms:Decrypt', 'kms:GenerateDataKey'] })]),
      },
    });
  });
});

describe('resource tags', () => {
  it('are on all that can have some', () => {
    const template = templateWith({ tags: 'team=photos,formula=a=b' });
    const tags = [
      { Key: 'formula', Value: 'a=b' },
      { Key: 'team', Value: 'photos' },
    ];
    for (const type of [
      'AWS::DynamoDB::Table',
      'AWS::SQS::Queue',
      'AWS::S3::Bucket',
      'AWS::Lambda::Function',
      'AWS::Logs::LogGroup',
      'AWS::StepFunctions::StateMachine',
      'AWS::IAM::Role',
    ]) {
      template.allResourcesProperties(type, { Tags: Match.arrayWith(tags) });
    }
  });
});
