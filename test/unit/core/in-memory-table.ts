import { STATUS_INDEX } from '../../../functions/core/records/image-record.ts';
import type {
  BatchReadRequest,
  Item,
  PrimaryKey,
  QueryRequest,
  ScannableTable,
  ScanPage,
  ScanRequest,
  WriteRequest,
} from '../../../functions/core/records/tag-table.ts';
import { parseCondition, valueNamesIn } from './condition-expression.ts';

/** A table in memory that interprets the requests as DynamoDB does, and refuses what DynamoDB refuses. */
export interface InMemoryTable extends ScannableTable {
  /** Everything in it, in the order of the keys. */
  items(): readonly Item[];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAXIMUM_BATCH_KEYS = 100;
const MAXIMUM_PARTITION_KEY_BYTES = 2048;
const MAXIMUM_SORT_KEY_BYTES = 1024;

export function inMemoryTable(): InMemoryTable {
  const stored = new Map<string, Item>();
  let sorted: Item[] | undefined;
  const items = () => {
    sorted ??= [...stored.values()].sort(byKeys('PK', 'SK'));
    return sorted;
  };
  return {
    items,
    read: async ({ Key }) => stored.get(identity(Key)),
    async write(request) {
      requireValues(request.ConditionExpression, request.ExpressionAttributeValues, updateOf(request));
      const id = identity(request.kind === 'put' ? request.Item : request.Key);
      const current = stored.get(id);
      const holds = parseCondition(request.ConditionExpression)(current, request.ExpressionAttributeValues);
      if (!holds) return false;
      apply(stored, id, request, current);
      sorted = undefined;
      return true;
    },
    async readBatch(request) {
      const ids = new Set(request.Keys.map(identity));
      if (ids.size > MAXIMUM_BATCH_KEYS)
        throw new Error(`Expected at most 100 keys but received ${ids.size}`);
      return [...ids].flatMap((id) => {
        const item = stored.get(id);
        return item ? [projected(item, request)] : [];
      });
    },
    query: (request) => pages(items(), request),
    async count(request) {
      return matching(items(), request).length;
    },
    scan: (request) => segmentPages(items(), request),
  };
}

/** Small, so that a scan takes several steps during which the table changes. */
const SCAN_PAGE_SIZE = 4;

async function* segmentPages(all: readonly Item[], request: ScanRequest): AsyncGenerator<ScanPage> {
  const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {}, ExclusiveStartKey } = request;
  const filter = (request.FilterExpression ?? '').replaceAll(
    /#\w+/g,
    (name) => ExpressionAttributeNames[name] ?? name,
  );
  if (filter !== '') requireValues(filter, ExpressionAttributeValues);
  const passes = filter === '' ? () => true : parseCondition(filter);
  const segment = all.filter(({ PK }) => hashOf(String(PK)) % request.TotalSegments === request.Segment);
  const isFirst = ({ PK, SK }: Item) => PK === ExclusiveStartKey?.PK && SK === ExclusiveStartKey?.SK;
  for (let start = segment.findIndex(isFirst) + 1; start < segment.length; start += SCAN_PAGE_SIZE) {
    const page = segment.slice(start, start + SCAN_PAGE_SIZE);
    const items = page.filter((item) => passes(item, ExpressionAttributeValues));
    const { PK, SK } = (start + SCAN_PAGE_SIZE < segment.length && page.at(-1)) || {};
    yield {
      items: items.map((item) => projected(item, request)),
      lastKey: PK === undefined ? undefined : { PK: String(PK), SK: String(SK) },
    };
  }
}

function hashOf(partition: string): number {
  return Buffer.from(partition).reduce((hash, byte) => (hash * 31 + byte) % 65_536, 0);
}

function apply(
  stored: Map<string, Item>,
  id: string,
  request: WriteRequest,
  current: Item | undefined,
): void {
  if (request.kind === 'delete') stored.delete(id);
  else stored.set(id, frozenCopy(request.kind === 'put' ? request.Item : updated(current, request)));
}

function updated(current: Item | undefined, request: WriteRequest & { kind: 'update' }): Item {
  const [, assignments = ''] = /^SET (.*)$/.exec(request.UpdateExpression) ?? [];
  const changes = assignments.split(',').map((assignment) => {
    const [, name, value] = /^\s*(\w+) = (:\w+)\s*$/.exec(assignment) ?? [];
    if (!name || !value) throw new Error(`Expected "SET name = :value" but received ${assignment}`);
    return [name, request.ExpressionAttributeValues[value]];
  });
  return { ...current, ...request.Key, ...Object.fromEntries(changes) };
}

function updateOf(request: WriteRequest): string {
  return request.kind === 'update' ? request.UpdateExpression : '';
}

async function* pages(all: readonly Item[], request: QueryRequest): AsyncGenerator<readonly Item[]> {
  const found = matching(all, request);
  const pageSize = request.Limit ?? Math.max(1, found.length);
  for (let start = 0; start < found.length; start += pageSize) yield found.slice(start, start + pageSize);
}

function matching(all: readonly Item[], request: QueryRequest): Item[] {
  const { IndexName, KeyConditionExpression, ExpressionAttributeValues, ScanIndexForward } = request;
  if (IndexName !== undefined && IndexName !== STATUS_INDEX)
    throw new Error(`There is no index ${IndexName}`);
  requireValues(KeyConditionExpression, ExpressionAttributeValues);
  const condition = parseCondition(KeyConditionExpression);
  const found = all.filter((item) => condition(item, ExpressionAttributeValues));
  if (IndexName) found.sort(byKeys('GSI1PK', 'GSI1SK'));
  if (!ScanIndexForward) found.reverse();
  return IndexName ? found.map(keysOf) : found;
}

/** The index holds keys only. */
function keysOf({ PK, SK, GSI1PK, GSI1SK }: Item): Item {
  return { PK, SK, GSI1PK, GSI1SK };
}

/** DynamoDB refuses a request that names a value which it does not bring, or brings one which it does not name. */
function requireValues(expression: string, values: Item, update = ''): void {
  const named = new Set([...valueNamesIn(expression), ...valueNamesIn(update)]);
  const brought = Object.keys(values);
  if (named.size !== brought.length || brought.some((name) => !named.has(name))) {
    throw new Error(`Expected the values ${[...named]} of "${expression}" but received ${brought}`);
  }
}

function projected(
  item: Item,
  request: Pick<BatchReadRequest, 'ProjectionExpression' | 'ExpressionAttributeNames'>,
): Item {
  if (!request.ProjectionExpression) return item;
  const names = request.ProjectionExpression.split(',').map((name) => name.trim());
  const attributes = names.map((name) => request.ExpressionAttributeNames?.[name] ?? name);
  return Object.fromEntries(attributes.flatMap((name) => (name in item ? [[name, item[name]]] : [])));
}

function identity({ PK, SK }: PrimaryKey): string {
  requireKey(PK, MAXIMUM_PARTITION_KEY_BYTES);
  requireKey(SK, MAXIMUM_SORT_KEY_BYTES);
  return `${PK}\n${SK}`;
}

function requireKey(key: string, maximumBytes: number): void {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > maximumBytes) {
    throw new Error(`Expected a key of 1 to ${maximumBytes} bytes but received one of ${bytes}`);
  }
}

/** DynamoDB sorts strings by their UTF-8 bytes. */
function byKeys(partition: string, sort: string): (a: Item, b: Item) => number {
  const compare = (a: unknown, b: unknown) => Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
  return (a, b) =>
    (a[partition] === b[partition] ? 0 : compare(a[partition], b[partition])) || compare(a[sort], b[sort]);
}

/** The item to store: a copy without undefined attributes, which throws when it is changed. */
function frozenCopy(item: Item): Item {
  return copied(item) as Item;
}

/** `structuredClone` takes several times as long, and there are tens of thousands of writes. */
function copied(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return Object.freeze(value.map(copied));
  const copy: Record<string, unknown> = {};
  for (const [name, part] of Object.entries(value)) if (part !== undefined) copy[name] = copied(part);
  return Object.freeze(copy);
}
