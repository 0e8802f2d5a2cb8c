import { DynamoDBClient, SearchVectorsCommand } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { CliptagError } from '../../core/errors.ts';
import { imageOf } from '../../core/records/image-record.ts';
import {
  type NearestRequest,
  nearestCondition,
  type VectorSearch,
  vectorNumbers,
} from '../../core/records/vector-index.ts';
import { awsClientDefaults, withoutLog } from './aws-client-defaults.ts';
import type { DynamoDbTagTableOptions } from './dynamodb.ts';

const REQUEST_TIMEOUT_MILLISECONDS = 10_000;

/**
 * Searches a table's vector index.
 *
 * `nearest` throws {CliptagError} `index-not-ready` while DynamoDB fills an index that was added to a table with items:
 * that takes minutes, and only a search tells (`ACTIVE` comes before the index answers). Else the SDK's exceptions.
 *
 * @example
 * const vectors = dynamoDbVectorSearch({ tableName: 'cliptag' });
 * await vectors.nearest({ index: vectorIndex(512), vector, modelDigest, limit: 10 });
 * // [{ bucket: 'photos', key: 'dog.jpg', cosine: 0.31 }, …]
 */
export function dynamoDbVectorSearch({
  tableName,
  client: config = {},
}: Pick<DynamoDbTagTableOptions, 'tableName' | 'client'>): VectorSearch {
  const client = withoutLog(
    new DynamoDBClient({ ...awsClientDefaults(REQUEST_TIMEOUT_MILLISECONDS), ...config }),
  );
  return {
    async nearest(request) {
      const { SearchResults = [] } = await client.send(searchVectors(tableName, request)).catch(asNotReady);
      return SearchResults.map(({ Item = {}, Score = Number.NaN }) => ({
        ...imageOf(String(unmarshall(Item).PK)),
        // DynamoDB tells a distance: 0 for the same direction, 2 for the opposite one.
        cosine: 1 - Score,
      }));
    },
  };
}

function searchVectors(TableName: string, request: NearestRequest): SearchVectorsCommand {
  const { ExpressionAttributeValues, ...condition } = nearestCondition(request);
  return new SearchVectorsCommand({
    TableName,
    IndexName: request.index.name,
    SearchVector: vectorNumbers(request.vector).map((value) => ({ N: String(value) })),
    TopK: request.limit,
    ...condition,
    ExpressionAttributeValues: marshall(ExpressionAttributeValues),
  });
}

function asNotReady(error: unknown): never {
  if (error instanceof Error && /backfilling vector index/i.test(error.message)) {
    throw new CliptagError(
      'index-not-ready',
      'DynamoDB still fills the vector index with what the table had before; try again in some minutes',
      { cause: error },
    );
  }
  throw error;
}
