import { Validations } from 'aws-cdk-lib';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, it } from 'vitest';
import { ImageTaggingStack } from '../../infra/image-tagging-stack.ts';
import { archiveVariables } from '../../infra/packaging/archive.ts';
import { readSettings } from '../../infra/read-settings.ts';
import { image, newApp } from './tagger-template.ts';

const KEY = 'arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000';
const TOPIC = 'arn:aws:sns:us-east-1:123456789012:alarms';
const STREAM = 'arn:aws:dynamodb:us-east-1:123456789012:table/tags/stream/2026-11-30T17:33:16.123';

/** What may be chosen, each way of it with all that goes with it. */
const CHOICES: Readonly<Record<string, readonly Record<string, unknown>[]>> = {
  table: [{}, { vectorIndex: true }, { table: 'tags', tableKey: KEY, tableStream: STREAM }],
  bucket: [
    {},
    { bucket: 'ours', bucketKey: KEY },
    { bucket: 'ours,ours-too', foreignBucket: '111122223333/theirs' },
  ],
  api: [
    {},
    { api: true, apiAllowedOrigins: 'https://example.org' },
    { api: true, apiAuth: 'none', apiWrites: false },
  ],
  network: [
    {},
    { isolated: true },
    { vpc: 'vpc-01234567', subnets: 'subnet-01234567', securityGroups: 'sg-01234567' },
    { vpc: 'vpc-01234567', subnets: 'subnet-01234567' },
  ],
  packaging: [{}, { packaging: 'zip' }, { snapStart: true }],
  keys: [{}, { dataKey: KEY, tags: 'team=photos' }],
  watching: [{}, { canary: true, alarmEmail: 'me@example.org' }, { alarmTopic: TOPIC, tracing: true }],
  told: [{}, { resultEvents: true, objectTags: true, thumbnails: true }],
  filter: [{}, { prefix: 'in/,.cliptag-canary/', suffix: '.jpg,.png' }],
};

/** Combinations in which each two ways of two choices are together somewhere: most faults take no more than two. */
function pairwise(): Record<string, unknown>[] {
  const names = Object.keys(CHOICES);
  const pairs = new Set(
    names.flatMap((a, i) =>
      names.slice(i + 1).flatMap((b) => ways(a).flatMap((x) => ways(b).map((y) => `${a}${x} ${b}${y}`))),
    ),
  );
  const rows: Record<string, unknown>[] = [];
  while (pairs.size > 0) {
    const row: Record<string, number> = {};
    for (const name of names) {
      const news = ways(name).map((way) => {
        const others = Object.entries(row).map(([a, x]) => `${a}${x} ${name}${way}`);
        const ahead = [...pairs].filter((pair) => pair.startsWith(`${name}${way} `)).length;
        return others.filter((pair) => pairs.has(pair)).length * 100 + ahead;
      });
      row[name] = news.indexOf(Math.max(...news));
    }
    const size = pairs.size;
    names.forEach((a, i) => {
      for (const b of names.slice(i + 1)) pairs.delete(`${a}${row[a]} ${b}${row[b]}`);
    });
    if (pairs.size === size) throw new Error('Expected each combination to have a pair that none had before');
    rows.push(Object.assign({}, ...names.map((name) => CHOICES[name]?.[row[name] ?? 0])));
  }
  return rows;
}

function ways(name: string): readonly number[] {
  return (CHOICES[name] ?? []).map((_, i) => i);
}

it.each(pairwise().map((context) => [JSON.stringify(context), context] as const))(
  'the AWS Solutions rules of cdk-nag find nothing with %s',
  (_name, context) => {
    const app = newApp(context);
    const settings = readSettings(app.node);
    const archive = settings.packaging === 'zip' && { archiveVariables: archiveVariables(true) };
    new ImageTaggingStack(app, 'Test', { settings, image: { ...image, ...archive } });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    expect(() => app.synth()).not.toThrow();
  },
);
