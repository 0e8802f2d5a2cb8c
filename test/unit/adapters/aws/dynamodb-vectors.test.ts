import { describe, expect, it } from 'vitest';
import { dynamoDbVectorSearch } from '../../../../functions/adapters/aws/dynamodb-vectors.ts';
import { vectorIndex } from '../../../../functions/core/records/vector-index.ts';
import { type ScriptedAnswer, scriptedServer } from '../../../fixtures/scripted-server.ts';

const REQUEST = {
  ...{ index: vectorIndex(3), vector: Float32Array.of(0.6, -0.8, 0), modelDigest: 'model-a', limit: 7 },
  bucket: 'photos',
};

async function searchThat(answer: ScriptedAnswer) {
  const server = await scriptedServer(() => answer);
  return {
    server,
    vectors: dynamoDbVectorSearch({ tableName: 'cliptag', client: { ...server.client, maxAttempts: 1 } }),
  };
}

describe('a search of the vector index', () => {
  it('goes over the line as DynamoDB takes it', async () => {
    const { server, vectors } = await searchThat({ body: { SearchResults: [] } });
    expect(await vectors.nearest(REQUEST)).toEqual([]);
    expect(server.requests[0]?.headers['x-amz-target']).toBe('DynamoDB_20120810.SearchVectors');
    expect(server.bodies()).toEqual([
      {
        ...{ TableName: 'cliptag', IndexName: 'by-embedding-3', TopK: 7 },
        SearchVector: [{ N: '0.6' }, { N: '-0.8' }, { N: '0' }],
        SearchConditionExpression: '#modelDigest = :modelDigest AND #bucket = :bucket',
        ExpressionAttributeNames: { '#modelDigest': 'modelDigest', '#bucket': 'bucket' },
        ExpressionAttributeValues: { ':modelDigest': { S: 'model-a' }, ':bucket': { S: 'photos' } },
      },
    ]);
  });

  it('gives images by their keys, and cosines instead of distances', async () => {
    const item = (key: string) => ({ PK: { S: `IMAGE#photos/${key}` }, SK: { S: 'IMAGE' } });
    const { vectors } = await searchThat({
      body: {
        SearchResults: [
          { Item: item('a/dog #1.jpg'), Score: 0.25 },
          { Item: item('cat.jpg'), Score: 1.5 },
        ],
      },
    });
    expect(await vectors.nearest(REQUEST)).toEqual([
      { bucket: 'photos', key: 'a/dog #1.jpg', cosine: 0.75 },
      { bucket: 'photos', key: 'cat.jpg', cosine: -0.5 },
    ]);
  });

  it('rejects with a fault that passes while DynamoDB fills the index', async () => {
    const { vectors } = await searchThat({
      status: 400,
      body: {
        __type: 'com.amazonaws.dynamodb.v20120810#ValidationException',
        message: 'Cannot search backfilling vector index: by-embedding-3',
      },
    });
    await expect(vectors.nearest(REQUEST)).rejects.toMatchObject({
      code: 'index-not-ready',
      retryable: true,
    });
  });

  it('rejects with the SDK’s exception otherwise', async () => {
    const { vectors } = await searchThat({
      status: 400,
      body: { __type: 'com.amazonaws.dynamodb.v20120810#ResourceNotFoundException', message: 'no table' },
    });
    await expect(vectors.nearest(REQUEST)).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
