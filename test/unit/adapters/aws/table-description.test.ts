import { describe, expect, it } from 'vitest';
import { tableDescription } from '../../../../functions/adapters/aws/table-description.ts';
import { scriptedServer } from '../../../fixtures/scripted-server.ts';

const PLAIN = {
  TableStatus: 'ACTIVE',
  KeySchema: [
    { AttributeName: 'PK', KeyType: 'HASH' },
    { AttributeName: 'SK', KeyType: 'RANGE' },
  ],
  AttributeDefinitions: [
    { AttributeName: 'SK', AttributeType: 'S' },
    { AttributeName: 'PK', AttributeType: 'B' },
  ],
};

async function described(Table: object, status = 'DISABLED') {
  const ttl = { TimeToLiveStatus: status, AttributeName: 'expiresAt' };
  const { client } = await scriptedServer(({ operation }) => ({
    body: operation === 'DescribeTable' ? { Table } : { TimeToLiveDescription: ttl },
  }));
  return tableDescription('tags', client);
}

describe('the description of a table', () => {
  it('has its keys with their types, and nothing that it has not', async () => {
    expect(await described(PLAIN)).toEqual({
      ...{ status: 'ACTIVE', key: 'PK (B), SK (S)', indexes: new Map() },
      ...{ timeToLiveAttribute: undefined, writeUnitsPerSecond: undefined },
      ...{ keyArn: undefined, stream: undefined },
    });
  });

  it('has its indexes, which may not be there yet', async () => {
    const index = { IndexName: 'by-status', KeySchema: PLAIN.KeySchema.slice(1), IndexStatus: 'CREATING' };
    const { indexes } = (await described({ ...PLAIN, GlobalSecondaryIndexes: [index] })) ?? {};
    expect(indexes).toEqual(new Map([['by-status', { key: 'SK (S)', status: 'CREATING' }]]));
  });

  it.each([
    ['warm units of a table on demand', 12_000],
    ['units of a table that has provisioned some', 7],
  ])('has the %s', async (name, units) => {
    const isProvisioned = name.includes('provisioned');
    const table = {
      ProvisionedThroughput: { WriteCapacityUnits: isProvisioned ? units : 0 },
      WarmThroughput: { WriteUnitsPerSecond: 12_000 },
    };
    expect(await described({ ...PLAIN, ...table })).toMatchObject({ writeUnitsPerSecond: units });
  });

  it('has its key, its stream and its time to live, as far as they are on', async () => {
    const table = {
      SSEDescription: { KMSMasterKeyArn: 'arn:key' },
      ...{
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
        LatestStreamArn: 'arn',
      },
    };
    expect(await described({ ...PLAIN, ...table }, 'ENABLING')).toMatchObject({
      ...{ keyArn: 'arn:key', stream: { arn: 'arn', view: 'NEW_IMAGE' }, timeToLiveAttribute: 'expiresAt' },
    });
    const off = { ...table, StreamSpecification: { StreamEnabled: false } };
    expect(await described({ ...PLAIN, ...off })).toMatchObject({ stream: undefined });
  });
});
