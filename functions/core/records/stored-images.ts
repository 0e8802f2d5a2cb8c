import { CliptagError } from '../errors.ts';
import { embeddingFromBytes } from '../labels/embedding.ts';
import type { EmbeddingMatrix } from '../labels/embedding-matrix.ts';
import type { Tag } from '../labels/scores.ts';
import { byteStore } from './byte-store.ts';
import type { Correction } from './corrections.ts';
import { type ImageRecord, type ImageStatus, imageRecordOf } from './image-record.ts';
import { forEachPageOf, type ImageScope, type TableSegment } from './table-scan.ts';
import type { ScannableTable, ScanRequest } from './tag-table.ts';

/** The images of a table whose embeddings are of one model, in the order of their names; the lists have one part for each. */
export interface StoredImages {
  readonly embeddings: EmbeddingMatrix;
  /** `s3://BUCKET/KEY`. */
  readonly names: readonly string[];
  /** As people have corrected them. */
  readonly tags: ReadonlyArray<readonly Tag[]>;
  readonly corrections: ReadonlyArray<readonly Correction[]>;
  /** Image records of the scope by status, those of other models among them. */
  readonly statuses: Readonly<Record<ImageStatus, number>>;
  /** Model digest → tagged images whose embeddings are of that model, or of none (`''`). */
  readonly foreign: Readonly<Record<string, number>>;
}

export interface StoredImagesOptions {
  /** @default all images */
  readonly scope?: ImageScope;
  /** Of the scope. @default all of it */
  readonly isWanted?: (image: { readonly bucket: string; readonly key: string }) => boolean;
  /** Called with the number of images that have been read so far. */
  readonly onProgress?: (images: number) => void;
}

/** What an empty table has. */
export function noStoredImages(modelDigest: string): StoredImages {
  const { embeddings } = decoded([], modelDigest);
  const statuses = { tagged: 0, unsupported: 0, failed: 0, deleted: 0 };
  return { embeddings, names: [], tags: [], corrections: [], statuses, foreign: {} };
}

type ReadImage = Pick<
  ImageRecord,
  'bucket' | 'key' | 'status' | 'tags' | 'corrections' | 'modelDigest' | 'embedding'
>;

const ATTRIBUTES = ['bucket', 'key', 'status', 'tags', 'corrections', 'modelDigest', 'embedding'];

/**
 * Reads the embeddings of all tagged images, consistently, as retagging does: every image that was recorded before it began
 * is there. Memory: 3 KB an image with 512 dimensions while it reads, 2 KB afterwards, and its name and tags.
 *
 * @example
 * const { embeddings, names } = await storedImages(table, modelDigest, { scope: { prefix: '2024/' } });
 */
export async function storedImages(
  table: Pick<ScannableTable, 'scan'>,
  modelDigest: string,
  { scope = {}, isWanted = () => true, onProgress }: StoredImagesOptions = {},
): Promise<StoredImages> {
  const statuses = { tagged: 0, unsupported: 0, failed: 0, deleted: 0 };
  const foreign: Record<string, number> = {};
  const found: FoundImage[] = [];
  const kept = byteStore();
  const spelled = sharedTexts();
  const take = (image: ReadImage) => {
    statuses[image.status] += 1;
    if (image.status !== 'tagged') return;
    const { bucket, key, tags, corrections = [], embedding } = image;
    if (!embedding || image.modelDigest !== modelDigest) {
      const digest = embedding ? (image.modelDigest ?? '') : '';
      foreign[digest] = (foreign[digest] ?? 0) + 1;
      return;
    }
    const ownTags = tags.map(({ set, label, score }) => ({
      set: spelled(set),
      label: spelled(label),
      score,
    }));
    found.push({ name: `s3://${bucket}/${key}`, tags: ownTags, corrections, bytes: kept(embedding) });
  };
  await forEachPageOf(
    table,
    (segment) => scanImages(segment, scope),
    async (items) => {
      const images = items.filter(({ SK }) => SK === 'IMAGE').map(imageRecordOf);
      images.filter(isWanted).forEach(take);
      onProgress?.(statuses.tagged);
    },
  );
  const { images, embeddings } = decoded(found, modelDigest);
  const unreadable = found.length - images.length;
  return {
    embeddings,
    names: images.map(({ name }) => name),
    tags: images.map(({ tags }) => tags),
    corrections: images.map(({ corrections }) => corrections),
    statuses,
    foreign: unreadable > 0 ? { ...foreign, '': (foreign[''] ?? 0) + unreadable } : foreign,
  };
}

/** Reads what {@link StoredImages} holds of a segment's image records: they alone have a status. */
export function scanImages({ segment, of }: TableSegment, { bucket, prefix }: ImageScope): ScanRequest {
  const conditions = [
    'attribute_exists(#status)',
    ...(bucket === undefined ? [] : ['#bucket = :bucket']),
    ...(prefix ? ['begins_with(#key, :prefix)'] : []),
  ];
  const values = {
    ...(bucket !== undefined && { ':bucket': bucket }),
    ...(prefix && { ':prefix': prefix }),
  };
  return {
    Segment: segment,
    TotalSegments: of,
    ConsistentRead: true,
    FilterExpression: conditions.join(' AND '),
    ProjectionExpression: ['PK', 'SK', ...ATTRIBUTES.map((name) => `#${name}`)].join(', '),
    ExpressionAttributeNames: Object.fromEntries(ATTRIBUTES.map((name) => [`#${name}`, name])),
    // DynamoDB refuses none in the place of no values.
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

interface FoundImage {
  readonly name: string;
  readonly tags: readonly Tag[];
  readonly corrections: readonly Correction[];
  readonly bytes: Uint8Array;
}

/** The images by name, without those whose embedding is none. */
function decoded(found: readonly FoundImage[], modelDigest: string) {
  const sorted = [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  const images: FoundImage[] = [];
  const size = (sorted[0]?.bytes.length ?? 0) / 2;
  const values = new Float32Array(sorted.length * Math.floor(size));
  for (const image of sorted) {
    const row = image.bytes.length === size * 2 ? decodedRow(image.bytes, modelDigest) : undefined;
    if (!row) continue;
    values.set(row, images.length * size);
    images.push(image);
  }
  const { length: count } = images;
  const rows = values.subarray(0, count * size);
  return { images, embeddings: { modelDigest, count, size: count === 0 ? 0 : size, values: rows } };
}

function decodedRow(bytes: Uint8Array, modelDigest: string): Float32Array | undefined {
  try {
    return embeddingFromBytes(bytes, modelDigest).values;
  } catch (error) {
    if (error instanceof CliptagError) return undefined;
    throw error;
  }
}

/** One text for all that are equal: a label that ten thousand images carry takes the room of one. */
function sharedTexts(): (text: string) => string {
  const known = new Map<string, string>();
  return (text) => {
    const first = known.get(text);
    if (first !== undefined) return first;
    known.set(text, text);
    return text;
  };
}
