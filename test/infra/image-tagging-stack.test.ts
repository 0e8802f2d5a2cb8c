import { App, Stack, Validations } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { describe, expect, it } from 'vitest';
import { ImageTaggingStack } from '../../infra/image-tagging-stack.ts';
import { readSettings } from '../../infra/settings.ts';

/** CDK's own template validation takes over a second a run and is exercised by `cdk synth` in cdk-synth.test.ts. */
const newApp = (context: Record<string, unknown> = {}) =>
  new App({ context, builtinCloudFormationValidation: false });

function templateWith(context: Record<string, unknown> = {}): Template {
  const app = newApp(context);
  return Template.fromStack(new ImageTaggingStack(app, 'Test', { settings: readSettings(app.node) }));
}

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
    const table = (on: boolean) => ({ ...kept, Properties: { DeletionProtectionEnabled: on } });
    templateWith().hasResource('AWS::DynamoDB::Table', table(true));
    templateWith({ 'cliptag:tableDeletionProtection': false }).hasResource(
      'AWS::DynamoDB::Table',
      table(false),
    );
  });
});

describe('the upload queue', () => {
  it('hides a received message for six function timeouts', () => {
    const template = templateWith({ 'cliptag:functionTimeoutSeconds': 50 });
    template.hasResourceProperties('AWS::SQS::Queue', { VisibilityTimeout: 300 });
  });

  it('moves a message to the dead-letter queue after the set number of receives', () => {
    const redrive = (maxReceiveCount: number) => ({
      RedrivePolicy: { deadLetterTargetArn: Match.anyValue(), maxReceiveCount },
    });
    templateWith().hasResourceProperties('AWS::SQS::Queue', redrive(5));
    templateWith({ 'cliptag:maxReceiveCount': 7 }).hasResourceProperties('AWS::SQS::Queue', redrive(7));
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

describe('the AWS Solutions rules of cdk-nag', () => {
  it('find nothing in the stack', () => {
    const app = newApp();
    new ImageTaggingStack(app, 'Test', { settings: readSettings(app.node) });
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
