import { join } from 'node:path';
import { ListBucketsCommand, paginateListBuckets } from '@aws-sdk/client-s3';
import { describe, expect, it } from 'vitest';
import { openMetadata, put } from '../../functions/local/s3-endpoint/metadata.ts';
import { newBucket } from '../../functions/local/s3-endpoint/state.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { openEndpoint } from './s3-endpoint-fixture.ts';

const NAMES = Array.from({ length: 1_000 }, (_, i) => `bucket-${String(i).padStart(4, '0')}`);

async function openWithBuckets() {
  const folder = await temporaryFolder();
  const metadata = await openMetadata(join(folder, 'metadata'));
  await metadata.commit(NAMES.map((name) => put(metadata.buckets, name, newBucket(name, []))));
  await metadata.close();
  return openEndpoint({ folder });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html */
describe('a thousand buckets', () => {
  it('come at once, or by the page, each once and in the order of their names', async () => {
    const { client } = await openWithBuckets();
    const whole = await client.send(new ListBucketsCommand());
    expect(whole.Buckets?.map(({ Name }) => Name)).toEqual(NAMES);
    expect([whole.ContinuationToken, whole.Prefix, whole.Buckets?.[0]?.BucketRegion]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);

    const pages: string[][] = [];
    for await (const { Buckets = [] } of paginateListBuckets({ client, pageSize: 300 }, {})) {
      pages.push(Buckets.map(({ Name = '' }) => Name));
    }
    expect(pages.map(({ length }) => length)).toEqual([300, 300, 300, 100]);
    expect(pages.flat()).toEqual(NAMES);
  });

  it('are those whose names begin so, and of a region', async () => {
    const { client } = await openWithBuckets();
    const found = await client.send(new ListBucketsCommand({ Prefix: 'bucket-012', MaxBuckets: 4 }));
    expect(found.Buckets?.map(({ Name }) => Name)).toEqual(NAMES.slice(120, 124));
    expect([found.Prefix, found.Buckets?.[0]?.BucketRegion]).toEqual(['bucket-012', 'us-east-1']);
    const { ContinuationToken } = found;
    const rest = await client.send(new ListBucketsCommand({ Prefix: 'bucket-012', ContinuationToken }));
    expect(rest.Buckets?.map(({ Name }) => Name)).toEqual(NAMES.slice(124, 130));
    expect(rest.ContinuationToken).toBeUndefined();
    const elsewhere = await client.send(new ListBucketsCommand({ BucketRegion: 'eu-west-1' }));
    expect(elsewhere.Buckets ?? []).toEqual([]);
  });

  it.each([[{ MaxBuckets: 0 }], [{ MaxBuckets: 10_001 }], [{ ContinuationToken: 'AA' }]])(
    'rejects %j',
    async (asked) => {
      const { client } = await openEndpoint();
      await expect(client.send(new ListBucketsCommand(asked))).rejects.toMatchObject({
        name: 'InvalidArgument',
      });
    },
  );
});
