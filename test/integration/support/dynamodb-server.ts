import { startDynamoDbEndpoint } from '../../../functions/local/dynamodb/dynamodb-endpoint.ts';

/** Serves the folder of its first parameter and prints the URL. */
const endpoint = await startDynamoDbEndpoint({ folder: process.argv[2] ?? '' });
console.log(endpoint.url);
