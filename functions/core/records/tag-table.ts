/** An item as native values; the adapter marshals it. */
export type Item = Readonly<Record<string, unknown>>;

export interface PrimaryKey {
  readonly PK: string;
  readonly SK: string;
}

interface Condition {
  readonly ConditionExpression: string;
  readonly ExpressionAttributeValues: Item;
  /** Whether the key names the very partition, as that of an item that was read does: see `sharded-table.ts`. @default false */
  readonly isPlaced?: boolean;
}

export type WriteRequest =
  | ({ readonly kind: 'put'; readonly Item: Item & PrimaryKey } & Condition)
  | ({ readonly kind: 'update'; readonly Key: PrimaryKey; readonly UpdateExpression: string } & Condition)
  | ({ readonly kind: 'delete'; readonly Key: PrimaryKey } & Condition);

export interface ReadRequest {
  readonly Key: PrimaryKey;
  readonly ConsistentRead: boolean;
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html */
export const MAXIMUM_BATCH_KEYS = 100;

/** Reads up to {@link MAXIMUM_BATCH_KEYS} items at once. */
export interface BatchReadRequest {
  readonly Keys: readonly PrimaryKey[];
  readonly ConsistentRead: boolean;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
}

export interface QueryRequest {
  /** Whether the answer shows every write that was acknowledged before. Not for an index. @default false */
  readonly ConsistentRead?: boolean;
  readonly IndexName?: string;
  readonly KeyConditionExpression: string;
  readonly ExpressionAttributeValues: Item;
  readonly ScanIndexForward: boolean;
  /** Items per page. */
  readonly Limit?: number;
}

export interface ScanRequest {
  /** Whether each page shows every write that was acknowledged before. @default false */
  readonly ConsistentRead?: boolean;
  readonly Segment: number;
  readonly TotalSegments: number;
  readonly FilterExpression?: string;
  readonly ProjectionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Item;
  /**
   * Key of the item after which the scan begins, as {@link ScanPage.lastKey} gave it. @default the segment's beginning
   */
  readonly ExclusiveStartKey?: PrimaryKey | undefined;
}

export interface ScanPage {
  readonly items: readonly Item[];
  /** Key of the page's last item, if the segment goes on after it. */
  readonly lastKey?: PrimaryKey | undefined;
}

/** The table: sends the requests that `image-record.ts` and `label-entries.ts` build. */
export interface TagTable {
  read(request: ReadRequest): Promise<Item | undefined>;
  /** False when the request's condition did not hold: another writer was faster. */
  write(request: WriteRequest): Promise<boolean>;
  /** The items in the order of the keys asked for; those that don't exist are left out. */
  readBatch(request: BatchReadRequest): Promise<readonly Item[]>;
  /** Page by page, in the index's order. */
  query(request: QueryRequest): AsyncIterable<readonly Item[]>;
  /** How many items a query would give. */
  count(request: QueryRequest): Promise<number>;
}

/** The table with access to all of its items, as retagging needs it. */
export interface ScannableTable extends TagTable {
  /** Every item of one segment, page by page, in no order that means anything. */
  scan(request: ScanRequest): AsyncIterable<ScanPage>;
}
