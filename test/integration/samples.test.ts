import { HeadObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { s3Bucket } from '../../functions/adapters/aws/s3-bucket.ts';
import { sampleNames, uploadSamples } from '../../functions/local/samples.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { ACCESS_KEY, SECRET } from './s3-endpoint-credentials.ts';
import { BUCKET, openEndpointWithBucket } from './s3-endpoint-fixture.ts';

test('samples are uploaded with the type that their names end in', async () => {
  const { url, client } = await openEndpointWithBucket();
  const credentials = { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET };
  const bucket = s3Bucket(BUCKET, { endpoint: url, region: 'us-east-1', credentials, forcePathStyle: true });
  await uploadSamples(bucket, await temporaryFolder());
  bucket.close();
  const types = await Promise.all(
    (await sampleNames()).map(async (Key) => {
      const { ContentType } = await client.send(new HeadObjectCommand({ Bucket: BUCKET, Key }));
      return `${Key} ${ContentType}`;
    }),
  );
  expect(types).toContain('coffee.png image/png');
  for (const type of types) expect(type).toMatch(/\.(png image\/png|jpg image\/jpeg)$/);
});
