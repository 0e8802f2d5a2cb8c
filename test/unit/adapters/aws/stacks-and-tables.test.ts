import { describe, expect, it } from 'vitest';
import { describeStack, stackOutputs } from '../../../../functions/adapters/aws/cloudformation.ts';
import { functionUsage } from '../../../../functions/adapters/aws/cloudwatch.ts';
import { createTable, describeTable } from '../../../../functions/adapters/aws/dynamodb-table.ts';
import { scriptedServer } from '../../../fixtures/scripted-server.ts';

const xml = (body: string, status = 200) => ({ status, headers: { 'content-type': 'text/xml' }, body });

describe('a stack', () => {
  const answered = async (stacks: string) => {
    const answer = `<DescribeStacksResponse><DescribeStacksResult>${stacks}</DescribeStacksResult></DescribeStacksResponse>`;
    return scriptedServer(() => xml(answer));
  };
  const output = (inner: string) => `<member>${inner}</member>`;

  it('is told by its account and its outputs', async () => {
    const outputs = [
      output('<OutputKey>Table</OutputKey><OutputValue>cliptag</OutputValue>'),
      output('<OutputKey>Empty</OutputKey>'),
    ];
    const { client, requests } = await answered(
      `<Stacks><member><StackId>arn:aws:cloudformation:us-east-1:123456789012:stack/Cliptag/1</StackId><Outputs>${outputs.join('')}</Outputs></member></Stacks>`,
    );
    expect(await describeStack('Cliptag', client)).toEqual({
      account: '123456789012',
      outputs: { Table: 'cliptag', Empty: '' },
    });
    expect(await stackOutputs('Cliptag', client)).toEqual({ Table: 'cliptag', Empty: '' });
    expect(new URLSearchParams(requests[0]?.body).get('StackName')).toBe('Cliptag');
  });

  it('without outputs has none', async () => {
    const { client } = await answered('<Stacks><member></member></Stacks>');
    expect(await describeStack('Cliptag', client)).toEqual({ account: '', outputs: {} });
  });

  const failing = (code: string, message: string) =>
    scriptedServer(() =>
      xml(
        `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`,
        400,
      ),
    );

  it('is undefined where there is none', async () => {
    const { client } = await failing('ValidationError', 'Stack with id Cliptag does not exist');
    expect(await describeStack('Cliptag', client)).toBeUndefined();
    expect(await stackOutputs('Cliptag', client)).toBeUndefined();
    const none = await answered('<Stacks></Stacks>');
    expect(await describeStack('Cliptag', none.client)).toBeUndefined();
  });

  it.each([
    ['ValidationError', '1 validation error detected'],
    ['AccessDenied', 'Role does not exist or may not'],
  ])('rejects with what else CloudFormation says: %s', async (code, message) => {
    const { client } = await failing(code, message);
    await expect(describeStack('Cliptag', client)).rejects.toMatchObject({ name: code });
  });
});

describe('the use of a function', () => {
  const NOW = new Date('2026-11-30T12:00:00.000Z');

  it('is the sum of its metrics, a day each', async () => {
    const sums = {
      milliseconds: [1000, 500],
      invocations: [2, 1],
      tagged: [10],
      failed: [2],
      unsupported: [1],
    };
    const { client, requests } = await scriptedServer(({ headers }) => ({
      headers: { 'content-type': String(headers['content-type']) },
      body: { MetricDataResults: Object.entries(sums).map(([Id, Values]) => ({ Id, Values })) },
    }));
    expect(await functionUsage('tag-images', 30, client, NOW)).toEqual({
      ...{ images: 13, invocations: 3, milliseconds: 1500 },
    });
    expect(requests).toHaveLength(1);
    const asked = JSON.parse(requests[0]?.body ?? '');
    expect(asked.EndTime - asked.StartTime).toBe(30 * 24 * 60 * 60);
    expect(asked.EndTime).toBe(NOW.getTime() / 1_000);
    const query = (Id: string, Namespace: string, MetricName: string) => ({
      Id,
      MetricStat: {
        Metric: { Namespace, MetricName, Dimensions: [{ Name: 'FunctionName', Value: 'tag-images' }] },
        ...{ Period: 86_400, Stat: 'Sum' },
      },
    });
    expect(asked.MetricDataQueries).toEqual([
      query('milliseconds', 'AWS/Lambda', 'Duration'),
      query('invocations', 'AWS/Lambda', 'Invocations'),
      query('tagged', 'Cliptag', 'ImagesTagged'),
      query('failed', 'Cliptag', 'ImagesFailed'),
      query('unsupported', 'Cliptag', 'ImagesUnsupported'),
    ]);
  });

  it('is nothing where there are no metrics', async () => {
    const { client } = await scriptedServer(() => ({ body: {} }));
    const nothing = { images: 0, invocations: 0, milliseconds: 0 };
    expect(await functionUsage('tag-images', 1, client)).toEqual(nothing);
  });
});

describe('a table', () => {
  const INPUT = {
    ...{ TableName: 't', AttributeDefinitions: [], KeySchema: [], GlobalSecondaryIndexes: [] },
    BillingMode: 'PAY_PER_REQUEST' as const,
  };

  it('is described as it stands', async () => {
    const Table = { TableName: 't', KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }] };
    const { client, bodies } = await scriptedServer(() => ({ body: { Table } }));
    expect(await describeTable(client, 't')).toEqual(Table);
    expect(bodies()).toEqual([{ TableName: 't' }]);
  });

  const failing = (name: string) => scriptedServer(() => ({ status: 400, body: { __type: `x#${name}` } }));

  it('is undefined where there is none, and rejects with all other faults', async () => {
    expect(await describeTable((await failing('ResourceNotFoundException')).client, 't')).toBeUndefined();
    await expect(describeTable((await failing('AccessDenied')).client, 't')).rejects.toMatchObject({
      name: 'AccessDenied',
    });
  });

  it('is there once it takes items', async () => {
    const states = ['', 'CREATING', 'ACTIVE'];
    const { client, requests } = await scriptedServer((_, count) => ({
      body: { Table: { TableStatus: states[count] } },
    }));
    await createTable(client, INPUT);
    expect(requests.map(({ operation }) => operation)).toEqual([
      'CreateTable',
      'DescribeTable',
      'DescribeTable',
    ]);
    expect(JSON.parse(requests[0]?.body ?? '')).toEqual(INPUT);
  });

  it('rejects where there is one of its name', async () => {
    const { client } = await failing('ResourceInUseException');
    await expect(createTable(client, INPUT)).rejects.toMatchObject({ name: 'ResourceInUseException' });
  });
});
