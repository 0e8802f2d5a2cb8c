import { type ImageRecord, imageOf, imageRecordOf } from '../../core/records/image-record.ts';
import type { Item } from '../../core/records/tag-table.ts';

/** A write of an image record, whoever made it. */
export interface WrittenImage {
  readonly bucket: string;
  readonly key: string;
  /** The record as it stands now; none where the request does not hold it whole. */
  readonly record?: ImageRecord | undefined;
}

/** A value as DynamoDB's JSON has it. */
type WireValue = Readonly<Record<string, unknown>>;
type WireItem = Readonly<Record<string, WireValue>>;

interface WriteParts {
  readonly Item?: WireItem;
  readonly Key?: WireItem;
  readonly RequestItems?: Readonly<
    Record<string, readonly { readonly PutRequest?: WriteParts; readonly DeleteRequest?: WriteParts }[]>
  >;
  readonly TransactItems?: readonly {
    readonly Put?: WriteParts;
    readonly Update?: WriteParts;
    readonly Delete?: WriteParts;
  }[];
}

const WRITES = /\.(PutItem|UpdateItem|DeleteItem|BatchWriteItem|TransactWriteItems)$/;
/** How the partition of an image record begins, in JSON as programs write it. */
const IMAGE_MARK = 'IMAGE#';

/**
 * The image records that an answered request has written. Most requests write none, and are not read further.
 *
 * @param target the header `X-Amz-Target`
 */
export function writtenImages(target: string, body: Uint8Array): readonly WrittenImage[] {
  const operation = WRITES.exec(target)?.[1];
  if (operation === undefined || !Buffer.from(body.buffer, body.byteOffset, body.length).includes(IMAGE_MARK))
    return [];
  const request = JSON.parse(new TextDecoder().decode(body)) as WriteParts;
  return writesOf(request).flatMap(writtenImage);
}

function writesOf(request: WriteParts): readonly WriteParts[] {
  const { RequestItems: tables, TransactItems: entries } = request;
  if (entries) return entries.flatMap(({ Put, Update, Delete }) => Put ?? Update ?? Delete ?? []);
  if (!tables) return [request];
  const writes = Object.values(tables).flat();
  return writes.flatMap(({ PutRequest, DeleteRequest }) => PutRequest ?? DeleteRequest ?? []);
}

function writtenImage({ Item: item, Key: key }: WriteParts): readonly WrittenImage[] {
  const { PK, SK } = item ?? key ?? {};
  if (SK?.S !== 'IMAGE' || typeof PK?.S !== 'string' || !PK.S.startsWith(IMAGE_MARK)) return [];
  return [{ ...imageOf(PK.S), record: item && recordIn(item) }];
}

/** Other programs may write what is no record. */
function recordIn(item: WireItem): ImageRecord | undefined {
  const record = imageRecordOf(itemOf(item));
  return Array.isArray(record.tags) && typeof record.key === 'string' ? record : undefined;
}

/** The image records of a page that the engine gives. */
export function recordsIn(page: string): {
  readonly records: readonly ImageRecord[];
  readonly last?: string;
} {
  const { items, last } = JSON.parse(page) as { items: readonly WireItem[]; last?: string };
  const records = items.flatMap((item) => (item.SK?.S === 'IMAGE' ? (recordIn(item) ?? []) : []));
  return { records, ...(last !== undefined && { last }) };
}

function itemOf(item: WireItem): Item {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, nativeValue(value)]));
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html */
function nativeValue(value: WireValue): unknown {
  // The first and only one: a loop costs less than a list of them, fifty records a page.
  let type = '';
  for (type in value) break;
  const wire = value[type];
  switch (type) {
    case 'N':
      return Number(wire);
    case 'B':
      return Uint8Array.from(Buffer.from(String(wire), 'base64'));
    case 'NULL':
      return null;
    case 'L':
      return (wire as readonly WireValue[]).map(nativeValue);
    case 'M':
      return itemOf(wire as WireItem);
    default:
      return wire;
  }
}
