import { begun, mergedPages } from './merged-pages.ts';
import { isDivided, placeOf, shardPartition } from './shard-places.ts';
import { raiseShards, readShards, type TableShards } from './table-shards.ts';
import type { Item, QueryRequest, TagTable, WriteRequest } from './tag-table.ts';

export interface ShardedTableOptions {
  /** Shards that the table is to have at least, from its next write on. @default as many as it has */
  readonly shards?: number | undefined;
}

/**
 * A table whose popular partitions are divided: label entries and the images of a status are written to one of several
 * partitions, by a hash of the image, and queries read all of them and give one answer. Everybody else asks for
 * `LABEL#set#label` and `STATUS#bucket#status`, and need not know. A scan shows the items where they stand.
 *
 * Readers ask the table itself for the number of its shards, each time. An item that was written for a smaller number stays where it is, and is found
 * there, until retagging brings it to its place (`misplaced-items.ts`).
 */
export function shardedTable<Table extends TagTable>(
  table: Table,
  { shards: wanted = 1 }: ShardedTableOptions = {},
): Table {
  let raising: Promise<TableShards> | undefined;
  const writing = (): Promise<TableShards> => {
    raising ??= raiseShards(table, wanted).catch((error: unknown) => {
      raising = undefined;
      throw error;
    });
    return raising;
  };
  return {
    ...table,
    async write(request) {
      const partition = request.isPlaced ? undefined : partitionWritten(request);
      return partition === undefined
        ? table.write(request)
        : writePlaced(request, partition, await writing(), table);
    },
    query(request) {
      const partition = partitionAsked(request);
      return partition === undefined ? table.query(request) : queryShards(request, partition, table);
    },
    async count(request) {
      const partition = partitionAsked(request);
      if (partition === undefined) return table.count(request);
      const first = table.count(request);
      const others = readShards(table).then(({ shards }) =>
        Promise.all(shardsAfterFirst(shards).map((shard) => table.count(ofShard(request, partition, shard)))),
      );
      const [inFirst, inOthers] = await Promise.all([first, others]);
      return inOthers.reduce((sum, count) => sum + count, inFirst);
    },
  };
}

/** The divided partition that a write changes: that of a label entry, or the one that the index lists an image in. */
function partitionWritten(request: WriteRequest): string | undefined {
  const [PK, listed] = partitionsWritten(request);
  return [PK, listed].find(isDivided);
}

function partitionsWritten(request: WriteRequest): readonly unknown[] {
  switch (request.kind) {
    case 'put':
      return [request.Item.PK, request.Item.GSI1PK];
    case 'update':
      return [undefined, request.ExpressionAttributeValues[listingName(request.UpdateExpression)]];
    case 'delete':
      return [request.Key.PK];
  }
}

/** Name of the value that an expression gives to the partition in the index. */
function listingName(expression: string): string {
  return /GSI1PK = (:\w+)/.exec(expression)?.[1] ?? '';
}

async function writePlaced(
  request: WriteRequest,
  partition: string,
  { numbers }: TableShards,
  table: TagTable,
): Promise<boolean> {
  const key = request.kind === 'put' ? request.Item : request.Key;
  const places = numbers.map((number) => placeOf(partition, key, number));
  const [place = partition, ...earlier] = new Set(places);
  if (request.kind !== 'delete' || earlier.length === 0) return table.write(placed(request, place));
  // Most entries stand in their place: then nothing else is asked, and nothing else is paid for.
  for (const one of [place, ...earlier]) if (await table.write(placed(ifThere(request), one))) return true;
  return false;
}

function ifThere(request: WriteRequest): WriteRequest {
  const ConditionExpression = `attribute_exists(PK) AND (${request.ConditionExpression})`;
  return { ...request, ConditionExpression };
}

function placed(request: WriteRequest, place: string): WriteRequest {
  switch (request.kind) {
    case 'put': {
      const attribute = isDivided(request.Item.PK) ? 'PK' : 'GSI1PK';
      return { ...request, Item: { ...request.Item, [attribute]: place } };
    }
    case 'update': {
      const { UpdateExpression, ExpressionAttributeValues: values } = request;
      return { ...request, ExpressionAttributeValues: { ...values, [listingName(UpdateExpression)]: place } };
    }
    case 'delete':
      return { ...request, Key: { ...request.Key, PK: place } };
  }
}

function partitionAsked({ KeyConditionExpression, ExpressionAttributeValues }: QueryRequest) {
  const partition = ExpressionAttributeValues[partitionName(KeyConditionExpression)];
  return isDivided(partition) ? partition : undefined;
}

function partitionName(condition: string): string {
  return /^\w+ = (:\w+)/.exec(condition)?.[1] ?? '';
}

function ofShard(request: QueryRequest, partition: string, shard: number): QueryRequest {
  const { KeyConditionExpression, ExpressionAttributeValues: values } = request;
  const name = partitionName(KeyConditionExpression);
  return {
    ...request,
    ExpressionAttributeValues: { ...values, [name]: shardPartition(partition, shard) },
  };
}

async function* queryShards(
  request: QueryRequest,
  partition: string,
  table: TagTable,
): AsyncGenerator<readonly Item[]> {
  // Nothing waits for the note where there is one shard.
  const first = begun(table.query(request));
  const { shards } = await readShards(table);
  if (shards === 1) return yield* first;
  const { IndexName, ScanIndexForward, Limit } = request;
  // Together they fill two of the pages asked for: images are spread evenly, but not quite.
  const size = Limit === undefined ? {} : { Limit: Math.ceil((2 * Limit) / shards) };
  const others = shardsAfterFirst(shards).map((shard) =>
    table.query({ ...ofShard(request, partition, shard), ...size }),
  );
  const sortKey = IndexName === undefined ? 'SK' : 'GSI1SK';
  const direction = ScanIndexForward ? 1 : -1;
  const order = (a: Item, b: Item) => direction * utf8Order(String(a[sortKey]), String(b[sortKey]));
  yield* mergedPages([first, ...others], order, Limit);
}

function shardsAfterFirst(shards: number): readonly number[] {
  return Array.from({ length: shards - 1 }, (_, i) => i + 1);
}

/** As DynamoDB sorts strings: by their UTF-8 bytes, which is the order of code points. */
export function utf8Order(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const [one, other] = [a.charCodeAt(i), b.charCodeAt(i)];
    if (one !== other) return codePointRank(one) - codePointRank(other);
  }
  return a.length - b.length;
}

/** Surrogates stand for code points beyond all that one unit has. */
function codePointRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
