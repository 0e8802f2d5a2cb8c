import { describe, expect, it } from 'vitest';
import { QUEUE_DEFINITION } from '../../functions/core/objects/queue-definition.ts';
import { TABLE_DEFINITION } from '../../functions/core/records/table-definition.ts';
import { tableInput } from '../../functions/local/dynamodb/table.ts';
import { templateWith } from './tagger-template.ts';

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}

const resources = Object.values<Resource>(templateWith().toJSON().Resources);

function propertiesOf(type: string): readonly Resource['Properties'][] {
  return resources.filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

const hash = (AttributeName: string) => ({ AttributeName, KeyType: 'HASH' });
const range = (AttributeName: string) => ({ AttributeName, KeyType: 'RANGE' });

describe('the deployed table', () => {
  const tables = propertiesOf('AWS::DynamoDB::Table');
  const [deployed] = tables;

  it('is the one table', () => {
    expect(tables).toHaveLength(1);
  });

  it('has the keys, indexes, projections, billing and time to live of the definition, and no others', () => {
    const { key, indexes, billingMode, timeToLiveAttribute } = TABLE_DEFINITION;
    expect(deployed).toMatchObject({
      KeySchema: [hash(key.partitionKey), range(key.sortKey)],
      GlobalSecondaryIndexes: indexes.map(({ name, partitionKey, sortKey, projection }) => ({
        IndexName: name,
        KeySchema: [hash(partitionKey), range(sortKey)],
        Projection: { ProjectionType: projection },
      })),
      BillingMode: billingMode,
      TimeToLiveSpecification: { AttributeName: timeToLiveAttribute, Enabled: true },
    });
    expect(deployed).not.toHaveProperty('LocalSecondaryIndexes');
  });

  it('has the very keys, indexes, attribute types and billing of the table on one machine', () => {
    const { TableName, ...local } = tableInput('any');
    const { KeySchema, GlobalSecondaryIndexes, AttributeDefinitions, BillingMode } = deployed ?? {};
    expect({ KeySchema, GlobalSecondaryIndexes, AttributeDefinitions, BillingMode }).toEqual(local);
  });
});

describe('the deployed queues', () => {
  const queues = propertiesOf('AWS::SQS::Queue');
  const uploads = queues.filter((properties) => 'RedrivePolicy' in properties);
  const deadLetters = queues.filter((properties) => !('RedrivePolicy' in properties));

  it('are one for uploads and one for dead letters', () => {
    expect([uploads.length, deadLetters.length]).toEqual([1, 1]);
  });

  it('have the visibility timeout, receive count and retention of the definition', () => {
    const { functionTimeoutSeconds, functionTimeoutsPerVisibilityTimeout, maxReceiveCount } =
      QUEUE_DEFINITION;
    expect(uploads[0]).toMatchObject({
      VisibilityTimeout: functionTimeoutSeconds * functionTimeoutsPerVisibilityTimeout,
      RedrivePolicy: { maxReceiveCount },
      MessageRetentionPeriod: 14 * 24 * 3_600,
    });
    expect(uploads[0]).toMatchObject({ VisibilityTimeout: 360, RedrivePolicy: { maxReceiveCount: 5 } });
    expect(deadLetters[0]).toMatchObject({
      MessageRetentionPeriod: QUEUE_DEFINITION.retentionDays * 24 * 3_600,
    });
  });

  it('hide a message for longer by the time in which a batch fills up', () => {
    templateWith({ batchWindowSeconds: 300, functionTimeoutSeconds: 1 }).hasResourceProperties(
      'AWS::SQS::Queue',
      {
        VisibilityTimeout: 306,
      },
    );
  });

  it('take messages as large as Amazon SQS’s own default, which the definition states', () => {
    expect(uploads[0]).not.toHaveProperty('MaximumMessageSize');
    expect(QUEUE_DEFINITION.maximumMessageBytes).toBe(1_048_576);
  });

  it('feed a function with the timeout of the definition', () => {
    const timeouts = propertiesOf('AWS::Lambda::Function').map(({ Timeout }) => Timeout);
    expect(timeouts).toContain(QUEUE_DEFINITION.functionTimeoutSeconds);
  });
});
