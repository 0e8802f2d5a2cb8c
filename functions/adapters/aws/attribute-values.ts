import type { Item } from '../../core/records/tag-table.ts';

/** A value as DynamoDB's JSON has it, under the name of its type: `{ S: 'cat' }`. Bytes are base64. */
export type AttributeValue = Readonly<Record<string, unknown>>;
export type AttributeMap = Readonly<Record<string, AttributeValue>>;

/**
 * An item as DynamoDB's JSON has it, without what is undefined. Own code, since what the SDK offers makes values that only its own
 * serializer makes JSON of.
 *
 * https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
 *
 * @throws Error for what no item may hold: a number that is none, an object of a class
 */
export function attributesOf(item: Item): AttributeMap {
  const attributes: Record<string, AttributeValue> = {};
  for (const name in item) {
    const value = item[name];
    if (value !== undefined) attributes[name] = attributeOf(value);
  }
  return attributes;
}

function attributeOf(value: unknown): AttributeValue {
  switch (typeof value) {
    case 'string':
      return { S: value };
    case 'number':
      return { N: numeral(value) };
    case 'boolean':
      return { BOOL: value };
    case 'object':
      return attributeOfObject(value);
    default:
      throw refused(`a ${typeof value}`);
  }
}

function attributeOfObject(value: object | null): AttributeValue {
  if (value === null) return { NULL: true };
  if (Array.isArray(value)) {
    return { L: value.filter((one) => one !== undefined).map(attributeOf) };
  }
  if (value instanceof Uint8Array) {
    return { B: Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64') };
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refused(`a ${value.constructor.name}`);
  return { M: attributesOf(value as Item) };
}

/** DynamoDB has 38 digits; a number here is exact in none but those that are safe. */
function numeral(value: number): string {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER)
    throw refused(`the number ${value}`);
  return String(value);
}

function refused(what: string): Error {
  return new Error(`Expected a value that DynamoDB can hold but received ${what}`);
}

/** The inverse of {@link attributesOf}. */
export function itemOf(attributes: AttributeMap): Item {
  const item: Record<string, unknown> = {};
  for (const name in attributes) item[name] = valueIn(attributes[name] ?? {});
  return item;
}

function valueIn(attribute: AttributeValue): unknown {
  for (const type in attribute) return READERS[type]?.(attribute[type]);
  return undefined;
}

const READERS: Readonly<Record<string, (value: unknown) => unknown>> = {
  S: (value) => value,
  N: Number,
  BOOL: (value) => value,
  NULL: () => null,
  B: bytesOf,
  L: (value) => (value as readonly AttributeValue[]).map(valueIn),
  M: (value) => itemOf(value as AttributeMap),
  SS: (value) => new Set(value as readonly string[]),
  NS: (value) => new Set((value as readonly string[]).map(Number)),
  BS: (value) => new Set((value as readonly string[]).map(bytesOf)),
};

/** In memory of their own: a slice of a pool would keep all of the pool. */
function bytesOf(base64: unknown): Uint8Array {
  return new Uint8Array(Buffer.from(String(base64), 'base64'));
}
