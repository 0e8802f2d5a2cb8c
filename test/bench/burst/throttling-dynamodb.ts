import type { AttributeValue } from '@aws-sdk/client-dynamodb';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { parseCondition } from '../../unit/core/condition-expression.ts';
import { type Capacity, onDemandCapacity } from './write-capacity.ts';

type Marshalled = Record<string, AttributeValue>;

/** What the SDK sends and gets. */
export interface Answer {
  readonly statusCode: number;
  readonly body: object;
}

export interface ThrottlingDynamoDb {
  /** @param operation such as `PutItem` */
  answer(operation: string, input: Record<string, unknown>, nowMilliseconds: number): Answer;
  /** Requests that were refused for their rate. */
  throttled(): number;
  items(): ReadonlyMap<string, StoredItem>;
}

export interface StoredItem {
  /** Without its embedding, which nobody reads here. */
  readonly json: string;
  readonly bytes: number;
  readonly indexPartition: string | undefined;
}

const RATES = { write: 1_000, read: 3_000 };
const BYTES_PER_UNIT = { write: 1_024, read: 4_096 };
const READ_UNITS_PER_SECOND = 12_000;

/**
 * One table with an index, as the AWS SDK sees it, which refuses what is more than an on-demand table takes. A write that
 * changes the index needs a unit there too: DynamoDB refuses writes of the table that its index cannot take.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html
 */
export function throttlingDynamoDb(writeUnitsPerSecond: number): ThrottlingDynamoDb {
  const capacity = (unitsPerSecond: number, partitionUnitsPerSecond: number) =>
    onDemandCapacity({ unitsPerSecond, partitionUnitsPerSecond });
  const writes = capacity(writeUnitsPerSecond, RATES.write);
  const indexWrites = capacity(writeUnitsPerSecond, RATES.write);
  const reads = capacity(READ_UNITS_PER_SECOND, RATES.read);
  const items = new Map<string, StoredItem>();
  let throttled = 0;

  function taken(demands: ReadonlyArray<readonly [Capacity, string, number]>, now: number): boolean {
    const wanted = demands.map(([where, partitionKey, units]) => ({ where, partitionKey, units }));
    if (!wanted.every(({ where, ...demand }) => where.takes(demand, now))) {
      throttled += 1;
      return false;
    }
    for (const { where, ...demand } of wanted) where.take(demand, now);
    return true;
  }

  function read(key: string, partition: string, isConsistent: boolean, now: number): Answer {
    const found = items.get(key);
    const units = unitsOf(found?.bytes ?? 0, BYTES_PER_UNIT.read) / (isConsistent ? 1 : 2);
    if (!taken([[reads, partition, units]], now)) return THROTTLED;
    return { statusCode: 200, body: found ? { Item: JSON.parse(found.json) } : {} };
  }

  function write(key: string, partition: string, change: Change, now: number): Answer {
    const before = items.get(key);
    const old = before && (JSON.parse(before.json) as Marshalled);
    const holds = change.holds(old);
    const after = holds ? change.after(old) : before;
    const units = unitsOf(Math.max(before?.bytes ?? 0, after?.bytes ?? 0), BYTES_PER_UNIT.write);
    const inIndex = [before?.indexPartition, after?.indexPartition];
    const moved = inIndex[0] === inIndex[1] ? [] : inIndex.filter((one) => one !== undefined);
    const demands = moved.map((index) => [indexWrites, index, 1] as const);
    if (!taken([[writes, partition, units], ...demands], now)) return THROTTLED;
    if (!holds) return CONDITION_FAILED;
    if (after) items.set(key, after);
    else items.delete(key);
    return { statusCode: 200, body: {} };
  }

  return {
    items: () => items,
    throttled: () => throttled,
    answer(operation, input, now) {
      const key = (input.Key ?? input.Item) as { PK: { S: string }; SK: { S: string } };
      const partition = key.PK.S;
      const name = `${partition}\n${key.SK.S}`;
      if (operation === 'GetItem') return read(name, partition, input.ConsistentRead === true, now);
      return write(name, partition, changeOf(operation, input), now);
    },
  };
}

interface Change {
  holds(item: Marshalled | undefined): boolean;
  after(item: Marshalled | undefined): StoredItem | undefined;
}

function changeOf(operation: string, input: Record<string, unknown>): Change {
  const values = (input.ExpressionAttributeValues ?? {}) as Marshalled;
  const condition = parseCondition(String(input.ConditionExpression));
  return {
    holds: (item) => condition(item && unmarshall(item), unmarshall(values)),
    after(item) {
      if (operation === 'DeleteItem') return undefined;
      if (operation === 'PutItem') return stored(input.Item as Marshalled);
      const assignments = String(input.UpdateExpression).matchAll(/(\w+) = (:\w+)/g);
      const changed = [...assignments].map(([, name, value]) => [name, values[value ?? '']]);
      return stored({ ...item, ...(input.Key as Marshalled), ...Object.fromEntries(changed) });
    },
  };
}

function stored(item: Marshalled): StoredItem {
  const { embedding: _unread, ...rest } = item;
  return { json: JSON.stringify(rest), bytes: sizeOf({ M: item }), indexPartition: item.GSI1PK?.S };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function sizeOf(value: AttributeValue): number {
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  if (value.N !== undefined) return Math.ceil(value.N.length / 2) + 1;
  // Over the line binary values are base64.
  if (value.B !== undefined) return Math.floor((String(value.B).length * 3) / 4);
  if (value.L) return value.L.reduce((sum, one) => sum + sizeOf(one) + 1, 3);
  const members = Object.entries(value.M ?? {});
  return members.reduce((sum, [name, one]) => sum + Buffer.byteLength(name) + sizeOf(one), 0);
}

function unitsOf(bytes: number, bytesPerUnit: number): number {
  return Math.max(1, Math.ceil(bytes / bytesPerUnit));
}

const THROTTLED = refusal(
  'ThrottlingException',
  'Throughput exceeds the current capacity of your table or index.',
);
const CONDITION_FAILED = refusal('ConditionalCheckFailedException', 'The conditional request failed');

function refusal(name: string, message: string): Answer {
  return { statusCode: 400, body: { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message } };
}
