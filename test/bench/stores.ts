import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { s3Bucket } from '../../functions/adapters/s3-bucket.ts';
import { startDynamoDbEndpoint } from '../../functions/local/dynamodb-endpoint.ts';
import { startS3Endpoint } from '../../functions/local/s3-endpoint/s3-endpoint.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../functions/local/samples.ts';
import { synthesizeTemplate, tableDefinition } from '../../functions/local/synthesized-template.ts';
import { ensureTable, LOCAL_TABLE_NAME } from '../../functions/local/table.ts';

export const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'us-east-1';

/** An S3 and a DynamoDB endpoint of their own; the events of uploads are collected instead of queued. */
export async function startStores() {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-bench-'));
  const messageBodies: string[] = [];
  const s3 = await startS3Endpoint({
    directory: join(folder, 's3'),
    port: 0,
    credentials: { local: 'local' },
    onNotification: async (_queueArn, notification) => {
      messageBodies.push(JSON.stringify(notification));
    },
  });
  const dynamodb = await startDynamoDbEndpoint({ directory: join(folder, 'dynamodb') });
  await ensureTable(dynamodb, tableDefinition(synthesizeTemplate()));
  const s3Options = { endpoint: s3.url, region, credentials, forcePathStyle: true };
  const bucket = s3Bucket('bench', s3Options);
  await bucket.create('arn:aws:sqs:us-east-1:123456789012:bench');
  return {
    classifierFolder: join(folder, 'classifiers'),
    s3Options,
    tableOptions: { tableName: LOCAL_TABLE_NAME, client: { endpoint: dynamodb.url, region, credentials } },
    /** Uploads the samples in turn under new names; gives the bodies of the messages they cause. */
    async upload(count: number, prefix: string): Promise<string[]> {
      messageBodies.length = 0;
      const names = await sampleNames();
      for (let i = 0; i < count; i++) {
        const name = names[i % names.length] ?? '';
        const bytes = await readFile(join(SAMPLE_FOLDER, name));
        await bucket.put(`${prefix}/${i}-${name}`, bytes, bytes.length);
      }
      return messageBodies.splice(0);
    },
    async close() {
      bucket.close();
      await s3.close();
      await dynamodb.close();
      await rm(folder, { recursive: true });
    },
  };
}
