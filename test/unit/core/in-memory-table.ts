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
import { type Cell, ItemHistory } from './item-history.ts';

/** A table in memory that interprets the requests as DynamoDB does, and refuses what DynamoDB refuses. */
export interface InMemoryTable extends ScannableTable {
  /** Everything in it, in the order of the keys. */
  items(): readonly Item[];
  /** One page of a query, after an item; `last` is what the next page begins after, if there may be one. */
  page(
    request: QueryRequest,
    after?: Item,
  ): { readonly items: readonly Item[]; readonly last?: Item | undefined };
  /** Removes an item whose time to live has passed by then, as DynamoDB does by itself; false when it has not. */
  expire(key: PrimaryKey, nowSeconds: number): boolean;
}

export interface InMemoryTableOptions {
  /**
   * How many writes to the table an item is behind in an eventually consistent read, asked anew for each item that is
   * read. DynamoDB promises no more order than that between items.
   * @default 0
   */
  readonly lag?: () => number;
  /** Items per page of a query that sets no limit. @default all */
  readonly pageSize?: number;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html */
const MAXIMUM_BATCH_KEYS = 100;
const MAXIMUM_PARTITION_KEY_BYTES = 2048;
const MAXIMUM_SORT_KEY_BYTES = 1024;

/** Small, so that a scan takes several steps during which the table changes. */
const SCAN_PAGE_SIZE = 4;

export function inMemoryTable({
  lag = () => 0,
  pageSize = Number.POSITIVE_INFINITY,
}: InMemoryTableOptions = {}): InMemoryTable {
  const history = new ItemHistory();
  const seen = (cell: Cell, isConsistent: boolean) => history.itemAt(cell, isConsistent ? 0 : lag());
  const readOne = (key: PrimaryKey, isConsistent: boolean) => {
    requireKeys(key);
    const cell = history.find(key);
    return cell && seen(cell, isConsistent);
  };
  const page: InMemoryTable['page'] = (request, after) => {
    const size = request.Limit ?? pageSize;
    const items = queryPage(history, seen, { ...request, pageSize: size, after });
    return { items, last: items.length === size ? items.at(-1) : undefined };
  };
  /** Each page is read when it is asked for, and a full one is followed by another, which may be empty. */
  async function* query(request: QueryRequest): AsyncGenerator<readonly Item[]> {
    for (let after: Item | undefined; ; ) {
      const { items, last } = page(request, after);
      yield items;
      if (!last) return;
      after = last;
    }
  }
  return {
    items: () => history.all().flatMap(({ current }) => (current ? [current] : [])),
    read: async ({ Key, ConsistentRead }) => readOne(Key, ConsistentRead),
    async write(request) {
      requireValues(request.ConditionExpression, request.ExpressionAttributeValues, updateOf(request));
      const key = request.kind === 'put' ? request.Item : request.Key;
      requireKeys(key);
      const cell = history.cellOf(key);
      const { current } = cell;
      const holds = parseCondition(request.ConditionExpression)(current, request.ExpressionAttributeValues);
      if (holds) history.set(cell, written(request, current));
      return holds;
    },
    async readBatch(request) {
      const keys = new Map(request.Keys.map((key) => [`${key.PK}\n${key.SK}`, key]));
      if (keys.size > MAXIMUM_BATCH_KEYS)
        throw new Error(`Expected at most 100 keys but received ${keys.size}`);
      return [...keys.values()].flatMap((key) => {
        const item = readOne(key, request.ConsistentRead);
        return item ? [projected(item, request)] : [];
      });
    },
    page,
    query,
    async count(request) {
      let count = 0;
      for await (const page of query(request)) count += page.length;
      return count;
    },
    scan: (request) => scanPages(history, seen, request),
    expire(key, nowSeconds) {
      const cell = history.find(key);
      const expiresAt = cell?.current?.expiresAt;
      if (!cell || typeof expiresAt !== 'number' || expiresAt >= nowSeconds) return false;
      history.set(cell, undefined);
      return true;
    },
  };
}

type Seen = (cell: Cell, isConsistent: boolean) => Item | undefined;

/** Each page is read when it is asked for: what changes between two pages shows in the second. */
async function* scanPages(history: ItemHistory, seen: Seen, request: ScanRequest): AsyncGenerator<ScanPage> {
  const {
    ConsistentRead = false,
    ExpressionAttributeNames = {},
    ExpressionAttributeValues = {},
    ExclusiveStartKey,
  } = request;
  const filter = (request.FilterExpression ?? '').replaceAll(
    /#\w+/g,
    (name) => ExpressionAttributeNames[name] ?? name,
  );
  if (filter !== '') requireValues(filter, ExpressionAttributeValues);
  const passes = filter === '' ? () => true : parseCondition(filter);
  let after = ExclusiveStartKey && history.find(ExclusiveStartKey);
  for (;;) {
    const cells = history
      .all()
      .filter(({ key }) => hashOf(key.PK) % request.TotalSegments === request.Segment);
    const start = after ? cells.indexOf(after) + 1 : 0;
    const read: Array<{ cell: Cell; item: Item }> = [];
    for (let i = start; i < cells.length && read.length < SCAN_PAGE_SIZE; i++) {
      const cell = cells[i];
      const item = cell && seen(cell, ConsistentRead);
      if (item) read.push({ cell, item });
    }
    after = read.length === SCAN_PAGE_SIZE ? read.at(-1)?.cell : undefined;
    const items = read
      .map(({ item }) => item)
      .filter((item) => passes(item, ExpressionAttributeValues))
      .map((item) => projected(item, request));
    yield { items, lastKey: after?.key };
    if (!after) return;
  }
}

function hashOf(partition: string): number {
  let hash = 0;
  for (let i = 0; i < partition.length; i++) hash = (hash * 31 + partition.charCodeAt(i)) % 65_536;
  return hash;
}

/** What an item becomes by a write; undefined when it goes. */
function written(request: WriteRequest, current: Item | undefined): Item | undefined {
  if (request.kind === 'delete') return undefined;
  return frozenCopy(request.kind === 'put' ? request.Item : updated(current, request));
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

/** What stands after an item in the order of a query, as many items as a page takes. */
function queryPage(
  history: ItemHistory,
  seen: Seen,
  request: QueryRequest & { readonly pageSize: number; readonly after?: Item | undefined },
): readonly Item[] {
  const { IndexName, ConsistentRead = false, KeyConditionExpression, ExpressionAttributeValues } = request;
  if (IndexName !== undefined && IndexName !== STATUS_INDEX)
    throw new Error(`There is no index ${IndexName}`);
  if (IndexName && ConsistentRead)
    throw new Error('Consistent reads are not supported on global secondary indexes');
  requireValues(KeyConditionExpression, ExpressionAttributeValues);
  const condition = parseCondition(KeyConditionExpression);
  const [, partitionValue = ''] = /^\w+ = (:\w+)/.exec(KeyConditionExpression) ?? [];
  const partition = String(ExpressionAttributeValues[partitionValue]);
  const cells = IndexName ? history.all() : history.partition(partition);
  const matching = cells.flatMap((cell) => {
    const item = seen(cell, ConsistentRead);
    return item && condition(item, ExpressionAttributeValues) ? [item] : [];
  });
  if (IndexName) matching.sort(byIndex);
  if (!request.ScanIndexForward) matching.reverse();
  const compare = IndexName ? byIndex : bySortKey;
  const { after, pageSize } = request;
  const direction = request.ScanIndexForward ? 1 : -1;
  const rest = after ? matching.filter((item) => compare(item, after) * direction > 0) : matching;
  const page = rest.slice(0, pageSize);
  return IndexName ? page.map(keysOf) : page;
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

function requireKeys({ PK, SK }: PrimaryKey): void {
  requireKey(PK, MAXIMUM_PARTITION_KEY_BYTES);
  requireKey(SK, MAXIMUM_SORT_KEY_BYTES);
}

function requireKey(key: string, maximumBytes: number): void {
  const bytes = Buffer.byteLength(key);
  if (bytes === 0 || bytes > maximumBytes) {
    throw new Error(`Expected a key of 1 to ${maximumBytes} bytes but received one of ${bytes}`);
  }
}

/** DynamoDB sorts strings by their UTF-8 bytes. */
function bytesCompared(a: unknown, b: unknown): number {
  return a === b ? 0 : Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)));
}

function bySortKey(a: Item, b: Item): number {
  return bytesCompared(a.SK, b.SK);
}

function byIndex(a: Item, b: Item): number {
  return bytesCompared(a.GSI1PK, b.GSI1PK) || bytesCompared(a.GSI1SK, b.GSI1SK) || bytesCompared(a.PK, b.PK);
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
