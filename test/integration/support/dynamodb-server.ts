import { startDynamoDbEndpoint } from '../../../functions/local/dynamodb/dynamodb-endpoint.ts';

/** Serves the directory of its first parameter and prints the URL. */
const endpoint = await startDynamoDbEndpoint({ directory: process.argv[2] ?? '' });
console.log(endpoint.url);
