import { Match } from 'aws-cdk-lib/assertions';
import { Table } from 'aws-cdk-lib/aws-dynamodb';
import { describe, expect, it } from 'vitest';
import type { TableDescription } from '../../functions/adapters/aws/table-description.ts';
import { NOTHING } from '../../infra/preflight/findings.ts';
import { tableFindings } from '../../infra/preflight/table-findings.ts';
import { taggerTemplate, templateWith } from './tagger-template.ts';

describe('a table that exists already', () => {
  it('is not made, and all functions may use it as they use one of the stack’s', () => {
    const template = templateWith({ table: 'tags', api: true });
    template.resourceCountIs('AWS::DynamoDB::Table', 0);
    template.allResourcesProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ TABLE_NAME: 'tags' }) },
    });
    for (const [name, action] of [
      ['^TaggerTaggingRole', 'dynamodb:PutItem'],
      ['^TaggerBackfillFeederRole', 'dynamodb:BatchGetItem'],
      ['^TaggerRetagWorkerRole', 'dynamodb:Scan'],
    ] as const) {
      const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) =>
        id.match(name),
      );
      const statements: { Action: string | string[]; Resource: unknown }[] =
        policy?.[1].Properties.PolicyDocument.Statement;
      const found = statements.find(({ Action }) => [Action].flat().includes(action));
      expect(JSON.stringify(found?.Resource)).toContain(':table/tags');
    }
    expect(template.toJSON().Outputs.TagTableName.Value).toBe('tags');
  });

  it('is followed by its stream where it is given with one', () => {
    const tableStreamArn = 'arn:aws:dynamodb:us-east-1:123456789012:table/tags/stream/now';
    const template = taggerTemplate((scope) => ({
      table: Table.fromTableAttributes(scope, 'Tags', { tableName: 'tags', tableStreamArn }),
      api: true,
    }));
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ STREAM_ARN: tableStreamArn }) },
    });
  });

  it('rejects a vector index, which it would not get', () => {
    expect(() => templateWith({ table: 'tags', vectorIndex: true })).toThrow(
      'Expected vectorIndex to be false with table',
    );
    const props = () =>
      taggerTemplate((scope) => ({ table: Table.fromTableName(scope, 'Tags', 'tags'), vectorIndex: true }));
    expect(props).toThrow('Expected vectorIndex to be false with table');
  });
});

describe('what is said of a table that exists already', () => {
  const table: TableDescription = {
    status: 'ACTIVE',
    key: 'PK (S), SK (S)',
    indexes: new Map([['by-status', 'GSI1PK (S), GSI1SK (S)']]),
    timeToLiveAttribute: 'expiresAt',
  };

  it('is nothing where it is as the stack would make it', () => {
    expect(tableFindings('tags', table)).toEqual(NOTHING);
    const more = new Map([...table.indexes, ['by-owner', 'owner (S)']]);
    expect(tableFindings('tags', { ...table, indexes: more })).toEqual(NOTHING);
  });

  it.each([
    ['that is not there', undefined, 'for table but tags is not there'],
    ['that is going', { ...table, status: 'DELETING' }, 'tags is DELETING'],
    [
      'with another key',
      { ...table, key: 'id (S)' },
      'with the key PK (S), SK (S) for table but tags has id (S)',
    ],
    ['with a key of another type', { ...table, key: 'PK (B), SK (S)' }, 'tags has PK (B), SK (S)'],
    [
      'without its index',
      { ...table, indexes: new Map() },
      'the index by-status of the key GSI1PK (S), GSI1SK (S) for table but tags has no such',
    ],
    [
      'with another index of that name',
      { ...table, indexes: new Map([['by-status', 'a (S)']]) },
      'tags has it of a (S)',
    ],
  ])('rejects one %s', (_name, found, fault) => {
    expect(tableFindings('tags', found).faults).toEqual([expect.stringContaining(fault)]);
  });

  it('is a notice where tombstones would stay', () => {
    const { faults, notices } = tableFindings('tags', { ...table, timeToLiveAttribute: undefined });
    expect(faults).toEqual([]);
    expect(notices).toEqual([expect.stringContaining('expiresAt')]);
  });
});
