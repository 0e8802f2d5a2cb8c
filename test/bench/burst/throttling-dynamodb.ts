import type {
  Item,
  PrimaryKey,
  ReadRequest,
  WriteRequest,
} from '../../../functions/core/records/tag-table.ts';
import { parseCondition } from '../../unit/core/condition-expression.ts';
import { type Capacity, onDemandCapacity } from './write-capacity.ts';

/** What it answers to a request that comes too soon. */
export const THROTTLED = Symbol('throttled');

export interface ThrottlingDynamoDb {
  read(request: ReadRequest, nowMilliseconds: number): Item | undefined | typeof THROTTLED;
  /** False where the condition does not hold. */
  write(request: WriteRequest, nowMilliseconds: number): boolean | typeof THROTTLED;
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
 * One table with its index, which refuses what is more than an on-demand table takes. A write that
 * changes the index needs a unit there too: DynamoDB refuses writes of the table that its index cannot take.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/gsi-throttling.html
 *
 * @param share of all rates, from 0 to 1: with as small a share of messages and functions, a tenth shows what the whole would
 */
export function throttlingDynamoDb(writeUnitsPerSecond: number, share = 1): ThrottlingDynamoDb {
  const capacity = (unitsPerSecond: number, partitionUnitsPerSecond: number) =>
    onDemandCapacity({
      unitsPerSecond: unitsPerSecond * share,
      partitionUnitsPerSecond: partitionUnitsPerSecond * share,
    });
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

  return {
    items: () => items,
    throttled: () => throttled,
    read({ Key, ConsistentRead }, now) {
      const found = items.get(nameOf(Key));
      const units = unitsOf(found?.bytes ?? 0, BYTES_PER_UNIT.read) / (ConsistentRead ? 1 : 2);
      if (!taken([[reads, Key.PK, units]], now)) return THROTTLED;
      return found && JSON.parse(found.json);
    },
    write(request, now) {
      const key = request.kind === 'put' ? request.Item : request.Key;
      const before = items.get(nameOf(key));
      const old = before && (JSON.parse(before.json) as Item);
      const holds = parseCondition(request.ConditionExpression)(old, request.ExpressionAttributeValues);
      const after = holds ? changed(request, old) : before;
      const units = unitsOf(Math.max(before?.bytes ?? 0, after?.bytes ?? 0), BYTES_PER_UNIT.write);
      const inIndex = [before?.indexPartition, after?.indexPartition];
      const moved = inIndex[0] === inIndex[1] ? [] : inIndex.filter((one) => one !== undefined);
      const demands = moved.map((index) => [indexWrites, index, 1] as const);
      if (!taken([[writes, key.PK, units], ...demands], now)) return THROTTLED;
      if (!holds) return false;
      if (after) items.set(nameOf(key), after);
      else items.delete(nameOf(key));
      return true;
    },
  };
}

function nameOf({ PK, SK }: PrimaryKey): string {
  return `${PK}\n${SK}`;
}

/** What an item becomes; undefined when it goes. */
function changed(request: WriteRequest, item: Item | undefined): StoredItem | undefined {
  if (request.kind === 'delete') return undefined;
  if (request.kind === 'put') return stored(request.Item);
  const assignments = [...request.UpdateExpression.matchAll(/(\w+) = (:\w+)/g)];
  const values = assignments.map(([, name, value]) => [name, request.ExpressionAttributeValues[value ?? '']]);
  return stored({ ...item, ...request.Key, ...Object.fromEntries(values) });
}

function stored(item: Item): StoredItem {
  const { embedding: _unread, ...rest } = item;
  const indexPartition = item.GSI1PK === undefined ? undefined : String(item.GSI1PK);
  return { json: JSON.stringify(rest), bytes: sizeOf(item), indexPartition };
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (typeof value === 'number') return Math.ceil(String(value).length / 2) + 1;
  if (value instanceof Uint8Array) return value.length;
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + sizeOf(one) + 1, 3);
  if (typeof value !== 'object' || value === null) return 1;
  const members = Object.entries(value).filter(([, one]) => one !== undefined);
  return members.reduce((sum, [name, one]) => sum + Buffer.byteLength(name) + sizeOf(one), 0);
}

function unitsOf(bytes: number, bytesPerUnit: number): number {
  return Math.max(1, Math.ceil(bytes / bytesPerUnit));
}
