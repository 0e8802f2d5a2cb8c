import { embeddingFromBytes } from '../labels/embedding.ts';
import type { Item, TagTable, WriteRequest } from './tag-table.ts';

/**
 * DynamoDB's own vector index, for collections that no process should hold in its memory: tags, embedding and search stay
 * one table, and deletions follow by themselves.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/VectorSearch.html
 */
export interface VectorIndex {
  readonly name: string;
  /** Attribute of an image record that holds the embedding as a list of numbers: the index takes no binary one. */
  readonly attribute: string;
  readonly dimensions: number;
  readonly distanceFunction: 'COSINE';
  /** Attributes, all texts, that a search may ask to be equal. Embeddings of different models never meet. */
  readonly filters: readonly ['modelDigest', 'bucket'];
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html#limits-vector-indexes */
export const MAXIMUM_NEAREST = 100;

/**
 * The index over embeddings of one size. Index and attribute are named by it: a record whose vector has another size than
 * an index over the same attribute would be refused as a whole.
 */
export function vectorIndex(dimensions: number): VectorIndex {
  return {
    name: `by-embedding-${dimensions}`,
    attribute: `vector${dimensions}`,
    dimensions,
    distanceFunction: 'COSINE',
    filters: ['modelDigest', 'bucket'],
  };
}

/** Decimals of the list's numbers: finer than float16, which the stored embedding has. */
const VECTOR_DECIMALS = 5;

/** An embedding as the index takes it. */
export function vectorNumbers(values: Float32Array): number[] {
  return Array.from(values, (value) => Number(value.toFixed(VECTOR_DECIMALS)));
}

/** What an image record says of its embedding; an item of another kind has neither. */
interface EmbeddedItem {
  readonly modelDigest?: string;
  readonly embedding?: Uint8Array;
}

/** The table, whose image records are written with what the index needs. */
export function indexingVectors<Table extends TagTable>(table: Table, index: VectorIndex): Table {
  return { ...table, write: (request) => table.write(withVector(request, index)) };
}

/** The same write, with the embedding as a list of numbers beside the binary one. */
export function withVector(request: WriteRequest, { attribute, dimensions }: VectorIndex): WriteRequest {
  if (request.kind !== 'put') return request;
  const { modelDigest, embedding } = request.Item as EmbeddedItem;
  if (modelDigest === undefined || embedding?.length !== dimensions * 2) return request;
  const { values } = embeddingFromBytes(embedding, modelDigest);
  return { ...request, Item: { ...request.Item, [attribute]: vectorNumbers(values) } };
}

/** An item without the list that {@link withVector} adds, since the embedding says the same. */
export function withoutVector(item: Item): Item {
  const { embedding } = item as EmbeddedItem;
  if (embedding === undefined) return item;
  const { [`vector${embedding.length / 2}`]: _vector, ...rest } = item;
  return rest;
}

/** What a search asks of the index. */
export interface NearestRequest {
  readonly index: VectorIndex;
  /** Shape [dimensions]; only its direction counts. */
  readonly vector: Float32Array;
  readonly modelDigest: string;
  /** @default all buckets */
  readonly bucket?: string | undefined;
  /** 1 to {@link MAXIMUM_NEAREST}. */
  readonly limit: number;
}

/** An image near a vector, as the index has it; it follows the table a moment later. */
export interface Neighbour {
  readonly bucket: string;
  readonly key: string;
  readonly cosine: number;
}

/** Finds the images whose embeddings are nearest to a vector: approximately, nearest first. */
export interface VectorSearch {
  nearest(request: NearestRequest): Promise<readonly Neighbour[]>;
}

/** The condition of a search, as DynamoDB's `SearchVectors` takes it. */
export function nearestCondition({ modelDigest, bucket }: NearestRequest): {
  readonly SearchConditionExpression: string;
  readonly ExpressionAttributeNames: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues: Item;
} {
  const parts = { modelDigest, ...(bucket !== undefined && { bucket }) };
  const names = Object.keys(parts);
  return {
    SearchConditionExpression: names.map((name) => `#${name} = :${name}`).join(' AND '),
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(
      Object.entries(parts).map(([name, value]) => [`:${name}`, value]),
    ),
  };
}
