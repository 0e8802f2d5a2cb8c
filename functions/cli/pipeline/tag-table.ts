import { dynamoDbTagTable } from '../../adapters/aws/dynamodb.ts';
import { readLocalCredentials } from '../../config.ts';
import { CliptagError } from '../../core/errors.ts';
import { shardedTable } from '../../core/records/sharded-table.ts';
import type { ScannableTable } from '../../core/records/tag-table.ts';
import { indexingVectors, vectorIndex } from '../../core/records/vector-index.ts';
import { LOCAL_PIPELINE } from '../../local/control-api/local-pipeline.ts';
import { awsError } from './aws-error.ts';
import type { TablePlace } from './table-flags.ts';

/**
 * Asks a table.
 *
 * @throws {CliptagError} `no-pipeline` when nobody listens there; `no-table`; `no-access` without good credentials;
 *   `table-fault` for anything else that DynamoDB says
 */
export async function askTable<Answer>(
  place: TablePlace,
  ask: (table: ScannableTable) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await ask(openTable(place));
  } catch (error) {
    throw error instanceof CliptagError ? error : tableError(error, place);
  }
}

/** Attempts of each request. A table that scales up to many writes throttles for a while; the SDK's 3 are gone in a second. */
const DEPLOYED_ATTEMPTS = 10;

function openTable(place: TablePlace): ScannableTable {
  const { tableName } = place;
  if (place.kind === 'deployed') {
    const region = place.region ? { region: place.region } : {};
    const client = { ...region, maxAttempts: DEPLOYED_ATTEMPTS };
    const table = shardedTable(dynamoDbTagTable({ tableName, client }));
    const dimensions = Number(place.stack?.outputs.VectorIndexDimensions ?? 0);
    return dimensions > 0 ? indexingVectors(table, vectorIndex(dimensions)) : table;
  }
  const client = {
    endpoint: `http://127.0.0.1:${place.port}`,
    region: LOCAL_PIPELINE.region,
    credentials: readLocalCredentials(),
  };
  return dynamoDbTagTable({ tableName, client });
}

function tableError(cause: unknown, place: TablePlace): CliptagError {
  const { name = '', code = '' } = cause as NodeJS.ErrnoException;
  if (place.kind === 'local' && code === 'ECONNREFUSED') {
    return new CliptagError(
      'no-pipeline',
      `no local pipeline answers on 127.0.0.1:${place.port}: start it with cliptag start, or name a deployed one with --stack`,
      { cause },
    );
  }
  if (name === 'ResourceNotFoundException') {
    return new CliptagError('no-table', `there is no table "${place.tableName}"`, { cause });
  }
  return awsError('the table cannot be read', 'table-fault', cause);
}
