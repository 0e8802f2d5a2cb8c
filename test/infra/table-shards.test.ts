import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { shardsOf, throughputWarnings } from '../../infra/options/table-throughput.ts';
import { settingsAndFaults } from '../../infra/read-settings.ts';
import { templateWith } from './tagger-template.ts';

function settingsOf(context: Record<string, unknown>) {
  return settingsAndFaults(new Stack(new App({ context })).node).settings;
}

describe('the number of shards', () => {
  it('is one by default, and what is asked for', () => {
    expect(shardsOf(settingsOf({}))).toBe(1);
    expect(shardsOf(settingsOf({ tableShards: 12 }))).toBe(12);
    expect(shardsOf(settingsOf({ tableShards: 1, maximumConcurrency: 1_000 }))).toBe(1);
  });

  it('follows what a backfill sends, and what the functions can tag', () => {
    expect(shardsOf(settingsOf({ backfillObjectsPerSecond: 500 }))).toBe(1);
    expect(shardsOf(settingsOf({ backfillObjectsPerSecond: 501 }))).toBe(2);
    expect(shardsOf(settingsOf({ maximumConcurrency: 30 }))).toBe(2);
  });

  it('is enough for the largest settings that there are: the index by status limits nothing', () => {
    const largest = {
      ...{ maximumConcurrency: 1_000, memoryMegabytes: 10_240, batchSize: 10 },
      ...{ backfillObjectsPerSecond: 10_000, tableWarmWriteUnits: 1_000_000 },
    };
    expect(shardsOf(settingsOf(largest))).toBe(256);
    expect(throughputWarnings(settingsOf(largest), 1)).toEqual([]);
  });

  it('is told where it is smaller than what is asked for, with what raises it', () => {
    const few = { maximumConcurrency: 300, tableWarmWriteUnits: 100_000, tableShards: 3 };
    expect(throughputWarnings(settingsOf(few), 1)).toMatchObject([
      expect.stringContaining(
        'the index by status takes 3000, 1000 for each of 3 shards of the bucket (tableShards raises it)',
      ),
    ]);
    expect(throughputWarnings(settingsOf({ ...few, tableShards: 1 }), 2)).toMatchObject([
      expect.stringContaining('the index by status takes 2000, 1000 for each of 2 buckets'),
    ]);
  });

  it('reaches every function that writes to the table, and changes none where it is one', () => {
    const told = (context: Record<string, unknown>) =>
      Object.entries(templateWith({ api: true, ...context }).findResources('AWS::Lambda::Function'))
        .filter(([, { Properties }]) => Properties.Environment?.Variables?.TABLE_SHARDS === '8')
        .map(([id]) => /Tagging|Retag|Api/.exec(id)?.[0]);
    expect(told({ tableShards: 8 }).sort()).toEqual(['Api', 'Retag', 'Tagging']);
    expect(JSON.stringify(templateWith().toJSON())).not.toContain('TABLE_SHARDS');
  });

  it('changes nothing of the table itself, nor of queues and buckets: a stack is updated to it', () => {
    const kept = (context: Record<string, unknown>) => {
      const template = templateWith(context);
      const types = ['AWS::DynamoDB::Table', 'AWS::SQS::Queue', 'AWS::S3::Bucket'];
      return types.map((type) => template.findResources(type));
    };
    expect(kept({ tableShards: 16 })).toEqual(kept({}));
  });
});
