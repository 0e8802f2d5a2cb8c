import { App, Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { throughputWarnings } from '../../infra/options/table-throughput.ts';
import { settingsAndFaults } from '../../infra/read-settings.ts';
import { templateWith } from './tagger-template.ts';

function warnings(context: Record<string, unknown>, buckets = 1): readonly string[] {
  return throughputWarnings(settingsAndFaults(new Stack(new App({ context })).node).settings, buckets);
}

describe('settings that ask for more than the table takes', () => {
  it('are none by default', () => {
    expect(warnings({})).toEqual([]);
  });

  it('are told with numbers, and with what would do', () => {
    const [functions, ...others] = warnings({ maximumConcurrency: 500 });
    expect(functions).toMatch(
      /^maximumConcurrency 500 can tag 1\d{4} images .* a second, but a table of 4000 write units a second takes 500 \(tableWarmWriteUnits raises it\): 1\d functions do as much/,
    );
    expect(others).toEqual([]);
  });

  it('are told of a backfill, too', () => {
    expect(warnings({ backfillObjectsPerSecond: 501 })).toMatchObject([
      expect.stringMatching(/^backfillObjectsPerSecond 501 .* no faster than 500 a second$/),
    ]);
    expect(warnings({ backfillObjectsPerSecond: 500 })).toEqual([]);
  });

  it('are fewer with a warm table, until the index by status takes no more with the shards that it has', () => {
    expect(warnings({ backfillObjectsPerSecond: 1_000, tableWarmWriteUnits: 8_000 })).toEqual([]);
    const beyond = { backfillObjectsPerSecond: 1_001, tableWarmWriteUnits: 40_000 };
    expect(warnings(beyond)).toEqual([]);
    const one = { ...beyond, tableShards: 1 };
    expect(warnings(one)).toMatchObject([expect.stringContaining('index by status takes 1000')]);
    expect(warnings(one, 2)).toEqual([]);
  });
});

describe('a vector index, by which each record takes more', () => {
  it('is part of what the table takes: 10 units for an image with 512 dimensions, 11 with 768', () => {
    const context = { backfillObjectsPerSecond: 450, vectorIndex: true };
    expect(warnings({ backfillObjectsPerSecond: 450 })).toEqual([]);
    expect(warnings(context)).toMatchObject([
      expect.stringMatching(/takes 400 with the vector index .* no faster than 400 a second$/),
    ]);
    const { settings } = settingsAndFaults(new Stack(new App({ context })).node);
    expect(throughputWarnings(settings, 1, 768)).toMatchObject([expect.stringContaining('takes 363 with')]);
  });

  it('is part of how long a batch waits', () => {
    const context = { maximumConcurrency: 250, batchSize: 100, batchWindowSeconds: 1 };
    expect(() => templateWith({ ...context, tableWarmWriteUnits: 4_000 })).not.toThrow();
    expect(() => templateWith({ ...context, vectorIndex: true })).toThrow(
      'Expected a tableWarmWriteUnits of at least 4630',
    );
  });

  it.each(['thumbnails', 'objectTags', 'resultEvents', 'api', 'canary'])(
    'is the only option that writes more: %s does not',
    (option) => {
      const context = { backfillObjectsPerSecond: 500, [option]: true };
      expect(warnings(context)).toEqual([]);
    },
  );
});

describe('a warm table', () => {
  it('takes as many write units at once as it is told to, and a new one what AWS gives it', () => {
    const TABLE = 'AWS::DynamoDB::Table';
    templateWith({ tableWarmWriteUnits: 12_000 }).hasResourceProperties(TABLE, {
      WarmThroughput: { WriteUnitsPerSecond: 12_000 },
    });
    for (const { Properties } of Object.values(templateWith().findResources(TABLE)))
      expect(Properties).not.toHaveProperty('WarmThroughput');
  });
});

describe('the index of a warm table', () => {
  const indexOf = (context: Record<string, unknown>) => {
    const [table] = Object.values(templateWith(context).findResources('AWS::DynamoDB::Table'));
    return table?.Properties.GlobalSecondaryIndexes[0];
  };

  it('is warmed with it, a unit for each eight, where a new one would take fewer', () => {
    const warm = indexOf({ tableWarmWriteUnits: 40_000 });
    expect(warm).toMatchObject({ IndexName: 'by-status', WarmThroughput: { WriteUnitsPerSecond: 5_000 } });
    for (const context of [{}, { tableWarmWriteUnits: 32_000 }])
      expect(indexOf(context)).not.toHaveProperty('WarmThroughput');
  });
});

describe('the tagging function', () => {
  it('may have messages come again later', () => {
    expect(JSON.stringify(templateWith().findResources('AWS::IAM::Policy'))).toContain(
      'sqs:ChangeMessageVisibility',
    );
  });
});
