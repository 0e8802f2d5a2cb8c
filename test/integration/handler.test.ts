import { join } from 'node:path';
import type { Context, SQSBatchResponse } from 'aws-lambda';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { readImageRecord } from '../../functions/core/records/image-record.ts';
import { shardOf, shardPartition } from '../../functions/core/records/shard-places.ts';
import { readShards } from '../../functions/core/records/table-shards.ts';
import { repository } from '../e2e/support.ts';
import { sqsEvent } from '../fixtures/sqs-event.ts';
import { startStores } from '../fixtures/stores.ts';

let stores: Awaited<ReturnType<typeof startStores>>;
beforeAll(async () => {
  stores = await startStores();
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'local');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'local');
  vi.stubEnv('AWS_REGION', 'us-east-1');
  vi.stubEnv('AWS_ENDPOINT_URL_S3', stores.s3Options.endpoint);
  vi.stubEnv('AWS_ENDPOINT_URL_DYNAMODB', stores.tableOptions.client.endpoint);
  vi.stubEnv('POWERTOOLS_DEV', 'true');
  vi.stubEnv('TABLE_NAME', stores.tableOptions.tableName);
  vi.stubEnv('MODEL_FOLDER', join(repository, 'models/embedded'));
  vi.stubEnv('LABEL_SETS', join(repository, 'models/labels'));
  vi.stubEnv('CLASSIFIER_FOLDER', stores.classifierFolder);
  vi.stubEnv('BUCKETS', 'bench,photos');
  vi.stubEnv('KEY_SUFFIXES', '.png,.jpg');
  vi.stubEnv('TABLE_SHARDS', '16');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await stores.close();
});

it('tags as its environment says, and answers which messages must come again', async () => {
  const log = vi.spyOn(console, 'info').mockImplementation(() => {});
  const errors = vi.spyOn(console, 'error').mockImplementation(() => {});
  const stdout = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const { handler } = await import('../../functions/tag-images/handler.ts');
  const bodies = await stores.uploadSamples(['chelsea.png', 'rocket.jpg']);
  const context = { functionName: 'tagger', getRemainingTimeInMillis: () => 60_000 } as Context;
  const ofOtherBucket = bodies[0]?.replaceAll('bench', 'not-ours') ?? '';
  const answer = await handler(sqsEvent([...bodies, 'no event', ofOtherBucket]), context, () => {});
  await handler(sqsEvent(['no event']), context, () => {});
  const written = stdout.mock.calls.map(([text]) => String(text));
  stdout.mockRestore();
  expect((answer as SQSBatchResponse).batchItemFailures).toEqual([{ itemIdentifier: 'message-2' }]);
  const table = dynamoDbTagTable(stores.tableOptions);
  for (const key of ['chelsea.png', 'rocket.jpg']) {
    expect(await table.read(readImageRecord({ bucket: 'bench', key }))).toMatchObject({ status: 'tagged' });
  }
  expect(await readShards(table)).toEqual({ shards: 16, numbers: [16, 1] });
  const { GSI1PK } = (await table.read(readImageRecord({ bucket: 'bench', key: 'chelsea.png' }))) ?? {};
  expect(GSI1PK).toBe(shardPartition('STATUS#bench#tagged', shardOf('bench/chelsea.png', 16)));
  const lines = log.mock.calls.map(([line]) => JSON.parse(String(line)));
  expect(lines).toContainEqual(
    expect.objectContaining({ message: 'image', key: 'chelsea.png', result: 'tagged' }),
  );
  expect(lines).toContainEqual(
    expect.objectContaining({
      ...{ message: 'ignored', messageId: 'message-3' },
      reason: 'the function is deployed for bench, photos, not for bucket not-ours',
    }),
  );
  expect(await table.read(readImageRecord({ bucket: 'not-ours', key: 'chelsea.png' }))).toBeUndefined();
  expect(String(errors.mock.calls[0])).toContain('Expected a JSON document but received');
  const metrics = written.filter((text) => text.includes('"_aws"'));
  expect(metrics.every((text) => text.startsWith('{') && text.endsWith('}\n'))).toBe(true);
  const times = [expect.any(Number), expect.any(Number)];
  expect(metrics.map((text) => JSON.parse(text))).toMatchObject([
    {
      ...{ FunctionName: 'tagger', ImagesTagged: [2], ImagesFailed: [0], BatchSize: [4], ColdStart: [1] },
      MessagesRetried: [1],
      ...{ FetchTime: times, DecodeTime: times, EncodeTime: times, RecordTime: times },
    },
    { FunctionName: 'tagger', Reason: 'faulty', MessagesRetried: [1] },
    {
      ...{ FunctionName: 'tagger', ImagesTagged: [0], BatchSize: [1], ColdStart: [0] },
      MessagesRetried: [1],
    },
    { FunctionName: 'tagger', Reason: 'faulty', MessagesRetried: [1] },
  ]);
  vi.restoreAllMocks();
});

it('rejects an environment that is not complete, naming every variable', async () => {
  const { readTaggingEnvironment } = await import('../../functions/config.ts');
  expect(() => readTaggingEnvironment({ MAXIMUM_BYTES: '-1' })).toThrow(
    /TABLE_NAME[\s\S]*MODEL_FOLDER[\s\S]*LABEL_SETS[\s\S]*CLASSIFIER_FOLDER[\s\S]*MAXIMUM_BYTES/,
  );
});
