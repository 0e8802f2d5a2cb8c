import { type AttributeValue, DynamoDBClient, ThrottlingException } from '@aws-sdk/client-dynamodb';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { dynamoDbTagTable } from '../../../functions/adapters/aws/dynamodb.ts';
import { patientRetries, type RetryStrategy } from '../../../functions/adapters/aws/patient-retries.ts';
import type { ReadRequest, TagTable, WriteRequest } from '../../../functions/core/records/tag-table.ts';
import type { SimulatedClock } from './simulated-clock.ts';
import { THROTTLED, type ThrottlingDynamoDb } from './throttling-dynamodb.ts';

export interface SimulatedTableOptions {
  readonly clock: SimulatedClock;
  readonly dynamodb: ThrottlingDynamoDb;
  /** Of the function; without it the SDK's own retries are all. */
  readonly remainingMilliseconds: (() => number) | undefined;
  /** Whether its process lives: what one that has ended asks is never asked. */
  readonly isAlive: () => boolean;
}

/** What the SDK sends, as far as it is looked at. */
interface SdkInput {
  readonly Item?: Marshalled;
  readonly Key?: Marshalled;
  readonly ExpressionAttributeValues?: Marshalled;
}
type Marshalled = Record<string, AttributeValue>;

type Table = Pick<TagTable, 'read' | 'write'>;

const LATENCY_MILLISECONDS = 5;
const never = () => new Promise<never>(() => {});
const MESSAGE = 'Throughput exceeds the current capacity of your table or index.';

/** The real adapter with the real SDK, whose requests DynamoDB's stand-in answers: 0.1 ms of a processor each. */
export function adapterTable({
  clock,
  dynamodb,
  remainingMilliseconds,
  isAlive,
}: SimulatedTableOptions): Table {
  const requestHandler = {
    async handle({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) {
      if (!isAlive()) return never();
      const operation = String(headers['x-amz-target']).split('.')[1] ?? '';
      const answer = answered(operation, JSON.parse(new TextDecoder().decode(body)), dynamodb, clock.now());
      await clock.sleep(LATENCY_MILLISECONDS);
      return { response: { ...answer, headers: {}, body: Buffer.from(JSON.stringify(answer.body)) } };
    },
  };
  const credentials = { accessKeyId: 'a', secretAccessKey: 's' };
  const client = { region: 'us-east-1', credentials, requestHandler };
  return dynamoDbTagTable({ tableName: 'tags', client, remainingMilliseconds });
}

function answered(operation: string, input: SdkInput, dynamodb: ThrottlingDynamoDb, now: number) {
  const { Item, Key, ExpressionAttributeValues = {} } = input;
  const native = {
    ...input,
    ...(Item && { kind: 'put', Item: unmarshall(Item) }),
    ...(Key && { kind: operation === 'DeleteItem' ? 'delete' : 'update', Key: unmarshall(Key) }),
    ExpressionAttributeValues: unmarshall(ExpressionAttributeValues),
  };
  if (operation === 'GetItem') {
    const found = dynamodb.read(native as unknown as ReadRequest, now);
    if (found === THROTTLED) return refusal('ThrottlingException', MESSAGE);
    return { statusCode: 200, body: found ? { Item: marshall(found) } : {} };
  }
  const written = dynamodb.write(native as unknown as WriteRequest, now);
  if (written === THROTTLED) return refusal('ThrottlingException', MESSAGE);
  return written ? { statusCode: 200, body: {} } : refusal('ConditionalCheckFailedException', 'It failed');
}

function refusal(name: string, message: string) {
  return { statusCode: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message } };
}

/**
 * The requests themselves, without what the SDK makes of them, and a tenth of the time: how often and when one is sent again is
 * still the SDK's own strategy, asked as its middleware asks it, with the adapter's around it.
 */
export async function modelledTable(options: SimulatedTableOptions): Promise<Table> {
  const { clock, dynamodb, remainingMilliseconds, isAlive } = options;
  const client = new DynamoDBClient({ region: 'us-east-1' });
  const standard = (await client.config.retryStrategy()) as RetryStrategy;
  const strategy = remainingMilliseconds ? patientRetries(standard, remainingMilliseconds) : standard;
  async function sent<Result>(request: () => Result | typeof THROTTLED): Promise<Result> {
    let token = await strategy.acquireInitialRetryToken('');
    for (;;) {
      if (!isAlive()) return never();
      const result = request();
      await clock.sleep(LATENCY_MILLISECONDS);
      if (result !== THROTTLED) {
        strategy.recordSuccess(token);
        return result;
      }
      try {
        token = await strategy.refreshRetryTokenForRetry(token, { errorType: 'THROTTLING' });
      } catch {
        throw new ThrottlingException({ message: MESSAGE, $metadata: {} });
      }
      await clock.sleep(token.getRetryDelay());
    }
  }
  return {
    read: (request) => sent(() => dynamodb.read(request, clock.now())),
    write: (request) => sent(() => dynamodb.write(request, clock.now())),
  };
}
