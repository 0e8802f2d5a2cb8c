import { expect, it } from 'vitest';
import { backfillCommand } from '../../../../functions/cli/pipeline/backfill-command.ts';
import type { TablePlace } from '../../../../functions/cli/pipeline/table-flags.ts';

const local: TablePlace = { kind: 'local', port: 8000, tableName: 'cliptag' };
const table: TablePlace = { kind: 'deployed', region: 'eu-west-1', tableName: 'mine' };
const stack = (BucketNames: string, region?: string): TablePlace => ({
  ...{ kind: 'deployed', region, tableName: 'mine' },
  stack: { name: 'Cliptag', region, outputs: { BucketNames } },
});

it.each<[string, TablePlace, string | undefined, string]>([
  ['the local pipeline', local, undefined, 's3://photos/'],
  ['another bucket of it', local, 'mine', 's3://mine/'],
  ['a stack with one bucket', stack('uploads'), undefined, 's3://uploads/ --stack Cliptag'],
  ['a stack in a region', stack('uploads', 'eu-west-1'), 'b', 's3://b/ --stack Cliptag --region eu-west-1'],
  ['a stack with several', stack('mine,yours'), undefined, 's3://BUCKET/ --stack Cliptag'],
  ['a table by itself', table, undefined, 's3://BUCKET/ --stack NAME'],
])('the command for %s names what is known', (_, place, bucket, expected) => {
  expect(backfillCommand(place, bucket)).toBe(`npx cliptag backfill ${expected}`);
});
