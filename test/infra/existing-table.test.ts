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

const TAGS = { name: 'tags' };
const KEY = 'arn:aws:kms:us-east-1:123456789012:key/1';
const STREAM = 'arn:aws:dynamodb:us-east-1:123456789012:table/tags/stream/2026-11-30T17:33:16.123';

describe('what is said of a table that exists already', () => {
  const table: TableDescription = {
    status: 'ACTIVE',
    key: 'PK (S), SK (S)',
    indexes: new Map([['by-status', { key: 'GSI1PK (S), GSI1SK (S)', status: 'ACTIVE' }]]),
    timeToLiveAttribute: 'expiresAt',
  };

  it('is nothing where it is as the stack would make it', () => {
    expect(tableFindings(TAGS, table)).toEqual(NOTHING);
    const more = new Map([...table.indexes, ['by-owner', { key: 'owner (S)', status: 'CREATING' }]]);
    expect(tableFindings(TAGS, { ...table, indexes: more })).toEqual(NOTHING);
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
      { ...table, indexes: new Map([['by-status', { key: 'a (S)', status: 'ACTIVE' }]]) },
      'tags has it of a (S)',
    ],
    [
      'whose index is not there yet',
      {
        ...table,
        indexes: new Map([['by-status', { key: 'GSI1PK (S), GSI1SK (S)', status: 'CREATING' }]]),
      },
      'tags has it CREATING: wait until it is ACTIVE',
    ],
  ])('rejects one %s', (_name, found, fault) => {
    expect(tableFindings(TAGS, found).faults).toEqual([expect.stringContaining(fault)]);
  });

  it('is a notice where tombstones would stay', () => {
    const { faults, notices } = tableFindings(TAGS, { ...table, timeToLiveAttribute: undefined });
    expect(faults).toEqual([]);
    expect(notices).toEqual([expect.stringContaining('expiresAt')]);
  });

  const stream = { arn: STREAM, view: 'NEW_IMAGE' };
  const otherStream = STREAM.replace('11-30', '11-29');

  it.each([
    ['warm units that it has', { tableWarmWriteUnits: 8_000 }, { writeUnitsPerSecond: 8_000 }],
    ['no warm units, and as many as a new table has', {}, { writeUnitsPerSecond: 4_000 }],
    ['its own key', { tableKey: KEY }, { keyArn: KEY }],
    ['its key by an alias', { tableKey: `${KEY}:alias/mine` }, { keyArn: KEY }],
    ['its own stream', { tableStream: STREAM, api: true }, { stream }],
    ['no stream, where nobody would follow it', {}, { stream }],
    ['no stream, of old images alone', { api: true }, { stream: { ...stream, view: 'OLD_IMAGE' } }],
  ])('is nothing with %s', (_name, expected, found) => {
    expect(tableFindings({ ...TAGS, ...expected }, { ...table, ...found })).toEqual(NOTHING);
  });

  it.each([
    [
      'fewer warm units than are told of',
      { tableWarmWriteUnits: 8_000 },
      { writeUnitsPerSecond: 4_000 },
      'takes 8000 write units a second, by tableWarmWriteUnits, but tags takes 4000',
    ],
    ['another key', { tableKey: `${KEY}2` }, { keyArn: KEY }, `for tableKey, ${KEY}, but received ${KEY}2`],
    ['no key of one’s own', { tableKey: KEY }, {}, 'for tableKey, which is DynamoDB’s own, but received'],
    [
      'another stream',
      { tableStream: otherStream },
      { stream },
      `for tableStream, ${STREAM}, but received ${otherStream}`,
    ],
    ['no stream', { tableStream: STREAM }, {}, 'for tableStream, which has none, but received'],
    [
      'a stream without new images',
      { tableStream: STREAM },
      { stream: { ...stream, view: 'KEYS_ONLY' } },
      'Expected a stream of NEW_IMAGE or NEW_AND_OLD_IMAGES for tableStream but it is KEYS_ONLY',
    ],
  ])('rejects %s', (_name, expected, found, fault) => {
    expect(tableFindings({ ...TAGS, ...expected }, { ...table, ...found })).toEqual({
      faults: [expect.stringContaining(fault)],
      notices: [],
    });
  });

  it.each([
    ['few write units', {}, { writeUnitsPerSecond: 100 }, 'takes 100 write units a second, fewer than'],
    ['a key', {}, { keyArn: KEY }, `the functions need -c tableKey=${KEY}`],
    ['a stream that the API could follow', { api: true }, { stream }, `-c tableStream=${STREAM}`],
  ])('is a notice with %s', (_name, expected, found, notice) => {
    expect(tableFindings({ ...TAGS, ...expected }, { ...table, ...found })).toEqual({
      faults: [],
      notices: [expect.stringContaining(notice)],
    });
  });
});

describe('settings of a table that exists already', () => {
  it('name its stream, which the API follows', () => {
    const template = templateWith({ table: 'tags', tableStream: STREAM, api: true });
    template.hasResourceProperties('AWS::Lambda::Function', {
      Environment: { Variables: Match.objectLike({ TABLE_NAME: 'tags', STREAM_ARN: STREAM }) },
    });
  });

  it.each([
    [{ tableStream: STREAM }, 'Expected table to name the table of tableStream'],
    [{ tableStream: STREAM, table: 'others' }, 'but received others'],
    [{ tableStream: 'now', table: 'tags' }, 'the ARN of a table’s stream'],
  ])('rejects %j', (context, fault) => {
    expect(() => templateWith(context)).toThrow(fault);
  });
});
