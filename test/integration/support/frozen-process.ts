import { createInterface } from 'node:readline';
import { dynamoDbTagTable } from '../../../functions/adapters/aws/dynamodb.ts';
import type { TagTable } from '../../../functions/core/records/tag-table.ts';

/** Reads so many items at once for each line `COUNT ENDPOINT` that it is told, and prints what came of it. */
const tables = new Map<string, TagTable>();

function tableAt(endpoint: string): TagTable {
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const client = { endpoint, region: 'us-east-1', credentials };
  const table = tables.get(endpoint) ?? dynamoDbTagTable({ tableName: 't', client });
  tables.set(endpoint, table);
  return table;
}

async function readFrom(endpoint: string): Promise<string> {
  try {
    await tableAt(endpoint).read({ Key: { PK: 'a', SK: 'b' }, ConsistentRead: true });
    return 'read';
  } catch (error) {
    const { name, code = name } = error as Error & { code?: string };
    return code;
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  const [count, endpoint = ''] = line.split(' ');
  const reads = Array.from({ length: Number(count) }, () => readFrom(endpoint));
  console.log(JSON.stringify(await Promise.all(reads)));
}
