import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { getEndpointFromInstructions } from '@smithy/core/endpoints';
import { sha256Hex } from './header-signature.ts';
import { bytesOf, type SdkResponse, serviceError, signedRequests, signingScheme } from './signed-requests.ts';

export type DynamoDbOperation = 'GetItem' | 'PutItem' | 'UpdateItem' | 'DeleteItem' | 'BatchGetItem';

/**
 * Sends a request to one table, in DynamoDB's JSON; rejects with errors that have the names of DynamoDB's.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.LowLevelAPI.html
 */
export type DynamoDbRequests = <Answer>(operation: DynamoDbOperation, input: object) => Promise<Answer>;

const JSON_TYPE = 'application/x-amz-json-1.0';
const API = 'DynamoDB_20120810';

export function dynamoDbRequests({ config }: DynamoDBClient, tableName: string): DynamoDbRequests {
  const send = signedRequests(config);
  let place: Promise<{ readonly url: URL; readonly region: string }> | undefined;
  const find = async () => {
    const endpoint = await getEndpointFromInstructions({ TableName: tableName }, GetItemCommand, config);
    // DynamoDB local keeps the tables of each region apart, and the SDK signs for another one than `local`.
    return { url: endpoint.url, region: signingScheme(endpoint)?.signingRegion ?? (await config.region()) };
  };
  return async <Answer>(operation: DynamoDbOperation, input: object) => {
    place ??= find();
    const { url, region } = await place.catch((error: unknown) => {
      place = undefined;
      throw error;
    });
    const body = Buffer.from(JSON.stringify(input));
    return send(
      {
        ...{ method: 'POST', url, path: pathOf(url), body, service: 'dynamodb', region },
        headers: { 'content-type': JSON_TYPE, 'x-amz-target': `${API}.${operation}` },
        payloadHash: sha256Hex(body),
      },
      (response) => answerOf<Answer>(response),
    );
  };
}

/** Of an endpoint in a folder, such as a gateway has it, with its last slash. */
function pathOf({ pathname }: URL): string {
  return pathname.endsWith('/') ? pathname : `${pathname}/`;
}

async function answerOf<Answer>(response: SdkResponse): Promise<Answer> {
  const text = Buffer.from(await bytesOf(response.body)).toString('utf8');
  // As the SDK, an answer without anything is one that says nothing.
  if (response.statusCode < 300) return JSON.parse(text || '{}') as Answer;
  const { __type, code, message, Message } = errorIn(text);
  const type = firstText(__type, code, response.headers['x-amzn-errortype']) ?? '';
  // `com.amazonaws.dynamodb.v20120810#ThrottlingException`; with the namespace or without it.
  const name = type.replace(/^.*#/, '').replace(/:.*$/, '') || 'UnknownError';
  const told = firstText(message, Message) ?? `DynamoDB answered with status ${response.statusCode}`;
  throw serviceError(name, told, response);
}

/** What is no JSON comes from a proxy, and so may anything else. */
function errorIn(text: string): Readonly<Record<string, unknown>> {
  try {
    return (JSON.parse(text) as Record<string, unknown> | null) ?? {};
  } catch {
    return {};
  }
}

function firstText(...values: readonly unknown[]): string | undefined {
  return values.find((value): value is string => typeof value === 'string' && value !== '');
}
