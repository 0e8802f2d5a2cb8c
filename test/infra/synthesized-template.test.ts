import { describe, expect, it } from 'vitest';
import {
  queueSettings,
  synthesizeTemplate,
  tableDefinition,
} from '../../functions/local/synthesized-template.ts';
import { templateWith } from './tagger-template.ts';

describe('the template that local mode synthesizes', () => {
  const template = synthesizeTemplate();

  it('has the table and queues of the deployed stack, property for property', () => {
    const deployed: unknown = templateWith().toJSON();
    const isState = ({ Type }: { Type: string }) => /^AWS::(DynamoDB::Table|SQS::Queue)$/.test(Type);
    const state = Object.entries(template.Resources).filter(([, one]) => isState(one));
    expect(state).toHaveLength(3);
    const propertiesOnly = Object.fromEntries(
      state.map(([id, { Type, Properties }]) => [id, { Type, Properties }]),
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
