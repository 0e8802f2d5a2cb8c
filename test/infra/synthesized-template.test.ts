import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { describe, expect, it } from 'vitest';
import {
  queueSettings,
  synthesizeTemplate,
  tableDefinition,
} from '../../functions/local/synthesized-template.ts';
import { ImageTaggingStack } from '../../infra/image-tagging-stack.ts';
import { readSettings } from '../../infra/settings.ts';

describe('the template that local mode synthesizes', () => {
  const template = synthesizeTemplate();

  it('has the table and queues of the deployed stack, property for property', () => {
    const app = new App({ builtinCloudFormationValidation: false });
    const stack = new ImageTaggingStack(app, 'Deployed', { settings: readSettings(app.node) });
    const deployed: unknown = Template.fromStack(stack).toJSON();
    const propertiesOnly = Object.fromEntries(
      Object.entries(template.Resources).map(([id, { Type, Properties }]) => [id, { Type, Properties }]),
    );
    expect(deployed).toMatchObject({ Resources: propertiesOnly });
  });

  it('gives the table’s keys, index and billing', () => {
    expect(tableDefinition(template)).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'PK' }, { AttributeName: 'SK' }],
      GlobalSecondaryIndexes: [{ IndexName: 'by-status' }],
    });
  });

  it('gives the settings of the queue that feeds the function, not of its dead-letter queue', () => {
    expect(queueSettings(template)).toEqual({
      visibilityTimeoutSeconds: 360,
      maxReceiveCount: 5,
      maximumMessageBytes: 1_048_576,
    });
  });

  it('rejects a template without a table', () => {
    expect(() => tableDefinition({ Resources: {} })).toThrow(
      'Expected one AWS::DynamoDB::Table in the template but received 0',
    );
  });
});
