import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { templateWith } from './tagger-template.ts';

/**
 * What keeps data, by the properties whose change makes CloudFormation replace it (each resource's page of
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/), and the table's indexes, which a change empties.
 */
const KEEPERS: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::Table': ['TableName', 'KeySchema', 'ImportSourceSpecification', 'GlobalSecondaryIndexes'],
  'AWS::SQS::Queue': ['QueueName', 'FifoQueue'],
  'AWS::S3::Bucket': ['BucketName', 'BucketNamePrefix', 'BucketNamespace', 'ObjectLockEnabled'],
};

interface Resource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
}
type Kept = Readonly<Record<string, Resource>>;

/** Whoever replaces table, queue or bucket on purpose writes the fixture anew, and a way for the data. */
const fixture = new URL('../fixtures/kept-resources.json', import.meta.url);
const before: Readonly<Record<string, Kept>> = JSON.parse(readFileSync(fixture, 'utf8'));

/** The resources that keep data, by logical ids, with the properties that may not change. */
function keptOf(context: Record<string, unknown>): Kept {
  const resources: Kept = templateWith(context).toJSON().Resources;
  const kept = Object.entries(resources).filter(([, { Type }]) => Type in KEEPERS);
  const fixed = ({ Type, Properties = {} }: Resource): Resource => {
    const names = (KEEPERS[Type] ?? []).filter((name) => name in Properties);
    return { Type, Properties: Object.fromEntries(names.map((name) => [name, Properties[name]])) };
  };
  return Object.fromEntries(kept.map(([id, resource]) => [id, fixed(resource)]));
}

describe('an update of a stack that was deployed before', () => {
  it.each(Object.keys(before))('replaces neither table nor queue nor bucket, with %s', (settings) => {
    expect(keptOf(JSON.parse(settings))).toEqual(before[settings]);
  });

  it('is looked at for a table, two queues and a bucket at the least', () => {
    const types = Object.values(before['{}'] ?? {}).map(({ Type }) => Type);
    expect(types.toSorted()).toEqual([
      'AWS::DynamoDB::Table',
      'AWS::S3::Bucket',
      'AWS::SQS::Queue',
      'AWS::SQS::Queue',
    ]);
  });
});
