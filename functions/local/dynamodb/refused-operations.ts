import type { DynamoDbError } from './signature.ts';

/** dynalite's (`index.js`, version 4.0.0), and those of `transactions.mjs`. */
const OPERATIONS: ReadonlySet<string> = new Set([
  ...['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem', 'Query', 'Scan', 'BatchGetItem', 'BatchWriteItem'],
  ...['TransactGetItems', 'TransactWriteItems'],
  ...['CreateTable', 'DescribeTable', 'ListTables', 'UpdateTable', 'DeleteTable', 'DescribeTimeToLive'],
  ...['TagResource', 'UntagResource', 'ListTagsOfResource'],
]);

/** What to use instead of operations whose names are alike; the first that fits says it. */
const REMEDIES: readonly (readonly [names: RegExp, remedy: string])[] = [
  [
    /^(Batch)?ExecuteStatement$/,
    'PartiQL is not understood here; use GetItem, PutItem, UpdateItem, DeleteItem, Query or Scan with expressions',
  ],
  [
    /^ExecuteTransaction$/,
    'PartiQL is not understood here; use TransactGetItems or TransactWriteItems with expressions',
  ],
  [
    /^SearchVectors$/,
    'search with npx cliptag search, or find neighbours from the embeddings that Scan gives',
  ],
  [/TimeToLive$/, 'nothing expires here; delete items with DeleteItem'],
  [/Backup|PointInTime/, 'copy the data folder while the pipeline is stopped'],
  [/BulkOperation|StartBulkPutItems/, 'write items with BatchWriteItem, 25 at a time'],
  [/Import|Export/, 'read items with Scan, and write them with BatchWriteItem'],
  [/Global|Replica/, 'there is one machine, and no other region'],
  [/Kinesis/, 'read items with Scan or Query; result events tell programs what was tagged'],
  [/ResourcePolicy/, 'there are no users and no rights: one pair of keys may do everything'],
  [/ContributorInsights|Limits$/, 'there is no throughput to watch or to run out of'],
  [/Endpoints$/, 'this endpoint is the only one'],
];

const STREAMS =
  'there are no streams; read items with Scan or Query, and let result events tell you what was tagged';

/**
 * Why the endpoint does not do what a request asks for, with what to use instead; `undefined` for what it does. The name is
 * DynamoDB's for an operation that it does not know: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 *
 * @param target the header `X-Amz-Target`
 *
 * @example
 * refusedOperation('DynamoDB_20120810.ExecuteStatement')?.message;
 * // 'ExecuteStatement is not implemented by this local DynamoDB endpoint: PartiQL is not understood here; use GetItem, …'
 */
export function refusedOperation(target: string): DynamoDbError | undefined {
  const [api = '', operation = ''] = target.split('.');
  const isStreams = api.startsWith('DynamoDBStreams_');
  if (OPERATIONS.has(operation) && !isStreams) return undefined;
  if (!/^\w{1,100}$/.test(operation)) {
    const message = `Expected the header X-Amz-Target as DynamoDB_20120810.OPERATION but received "${target.slice(0, 100)}".`;
    return { exception: 'UnknownOperationException', message };
  }
  const remedy = isStreams ? STREAMS : REMEDIES.find(([names]) => names.test(operation))?.[1];
  const reason = remedy ?? `it has ${[...OPERATIONS].join(', ')}`;
  return {
    exception: 'UnknownOperationException',
    message: `${operation} is not implemented by this local DynamoDB endpoint: ${reason}.`,
  };
}
