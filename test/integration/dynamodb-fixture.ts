import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import {
  type DynamoDbEndpointOptions,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable } from '../../functions/local/dynamodb/table.ts';

/** A running endpoint with the pipeline's table, until `end` is called. */
export async function openDynamoDb(options: Partial<DynamoDbEndpointOptions> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-dynamodb-'));
  const endpoint = await startDynamoDbEndpoint({ folder, ...options });
  await ensureTable(endpoint);
  const client = dynamoDbClient(endpoint.url);
  const end = async () => {
    client.destroy();
    await endpoint.close();
    await rm(folder, { recursive: true });
  };
  return { ...endpoint, folder, client, end };
}

export function dynamoDbClient(
  url: string,
  credentials: { readonly accessKeyId: string; readonly secretAccessKey: string } = {
    accessKeyId: 'local',
    secretAccessKey: 'local',
  },
): DynamoDBClient {
  return new DynamoDBClient({ endpoint: url, region: 'us-east-1', credentials, maxAttempts: 1 });
}
