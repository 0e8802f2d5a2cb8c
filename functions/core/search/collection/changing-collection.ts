import { CliptagError } from '../../errors.ts';
import { type Int8Matrix, int8Matrix } from '../../scoring/int8-matrix.ts';
import type { ChangingCollection, CollectedRecord } from '../image-collection.ts';
import { type CollectionParts, emptyParts } from './collection-parts.ts';
import { compareStates, type RecordState, recordState } from './record-order.ts';
import { columnBytes, growColumns } from './row-columns.ts';
import { stateOf, statusOf, writeFacts, writeState } from './row-facts.ts';
import { tombstones } from './tombstones.ts';

export interface CollectionOptions {
  /** Model whose embeddings are compared; a record of another one has tags, but no embedding here. */
  readonly modelDigest: string;
  /** Dimensions of an embedding. @default those of the first one that is taken over */
  readonly embeddingSize?: number | undefined;
}

type ImageName = Pick<CollectedRecord, 'bucket' | 'key'>;

export interface TableCollection extends ChangingCollection {
  /** Forgets an image whose record was removed from the table, as if it had never been there. */
  remove(image: ImageName): void;
  /** Whether a record is older than what the collection knows of its image, or is that. */
  knows(record: Pick<CollectedRecord, 'bucket' | 'key' | 'sequencer' | 'revision'>): boolean;
  /** Which state of an image it has. */
  stateOf(image: ImageName): RecordState | undefined;
  /** For snapshots; only the collection itself changes them. */
  readonly parts: CollectionParts;
  /** What it holds in memory, about. */
  readonly byteLength: number;
}

/**
 * An empty collection. Nothing of a record is kept but what {@link CollectedRecord} names; embeddings are kept in 8 bits a
 * dimension, where the kernel of `functions/core/scoring/int8-kernel.wat` multiplies them.
 *
 * @example
 * const collection = changingCollection({ modelDigest });
 * for await (const record of records) collection.take(record);
 * const cosines = collection.cosines(textEmbedding); // one a row
 */
export function changingCollection({ modelDigest, embeddingSize }: CollectionOptions): TableCollection {
  return collectionOf(emptyParts(embeddingSize), modelDigest);
}

/** A collection that goes on with what a snapshot has brought. */
export function collectionOf(parts: CollectionParts, modelDigest: string): TableCollection {
  const { keys, labels, columns, cameras } = parts;
  const gone = tombstones();
  let version = 0;

  function knows(record: Parameters<TableCollection['knows']>[0], state = recordState(record)): boolean {
    const row = keys.rowOf(record);
    return row >= 0 ? compareStates(state, stateOf(columns, row)) <= 0 : gone.isBefore(record, state);
  }

  function take(record: CollectedRecord): void {
    const state = recordState(record);
    if (knows(record, state)) return;
    const row = keys.rowOf(record);
    if (record.status === 'deleted') {
      if (row >= 0) free(row);
      gone.add(record, state);
      return;
    }
    gone.remove(record);
    write(row >= 0 ? row : keys.add(record), record, state);
    version++;
  }

  function write(row: number, record: CollectedRecord, state: RecordState): void {
    growColumns(columns, keys.rowCount);
    writeState(columns, row, state);
    writeFacts(columns, row, record);
    columns.camera[row] = record.camera === undefined ? 0 : cameras.add(record.camera);
    labels.set(row, record.tags);
    writeEmbedding(row, record);
  }

  function writeEmbedding(row: number, record: CollectedRecord): void {
    const embedding = record.modelDigest === modelDigest ? record.embedding : undefined;
    if (embedding?.length) parts.matrix ??= int8Matrix(Math.ceil(embedding.length / 2));
    if (embedding && embedding.length === 2 * (parts.matrix?.size ?? 0)) parts.matrix?.set(row, embedding);
    else parts.matrix?.clear(row);
  }

  function free(row: number): void {
    keys.remove(row);
    labels.set(row, []);
    parts.matrix?.clear(row);
    columns.status[row] = 0;
    version++;
  }

  return {
    modelDigest,
    get rowCount() {
      return keys.rowCount;
    },
    get version() {
      return version;
    },
    get byteLength() {
      return keys.byteLength + labels.byteLength + columnBytes(columns) + (parts.matrix?.byteLength ?? 0);
    },
    isThere: (row) => (columns.status[row] ?? 0) !== 0,
    bucketOf: keys.bucketOf,
    keyOf: keys.keyOf,
    statusOf: (row) => statusOf(columns, row),
    rowOf: keys.rowOf,
    labelNumber: labels.numberOf,
    labelCounts: labels.counts,
    scoreOf: labels.scoreOf,
    forEachLabel: labels.forEach,
    termOf: labels.termOf,
    timeOf: (row) => columns.time[row] ?? Number.NaN,
    pixelsOf: (row) => columns.pixels[row] ?? Number.NaN,
    bytesOf: (row) => columns.bytes[row] ?? Number.NaN,
    cameraOf: (row) => cameras.nameOf(columns.camera[row] ?? 0),
    latitudeOf: (row) => columns.latitude[row] ?? Number.NaN,
    longitudeOf: (row) => columns.longitude[row] ?? Number.NaN,
    hashOf: (row) =>
      columns.hasHash[row] ? [columns.hash[2 * row] ?? 0, columns.hash[2 * row + 1] ?? 0] : undefined,
    hasEmbedding: (row) => parts.matrix?.has(row) ?? false,
    cosines: (vector) => cosines(parts.matrix, vector, keys.rowCount),
    get embeddingSize() {
      return parts.matrix?.size;
    },
    cosineOf: (row, other) => parts.matrix?.cosine(row, other) ?? Number.NaN,
    parts,
    take,
    knows: (record) => knows(record),
    stateOf(image) {
      const row = keys.rowOf(image);
      return row < 0 ? undefined : stateOf(columns, row);
    },
    remove(image) {
      const row = keys.rowOf(image);
      if (row >= 0) free(row);
      gone.remove(image);
    },
  };
}

/** @throws {CliptagError} `not-an-embedding` for a vector of another length than the embeddings' */
function cosines(matrix: Int8Matrix | undefined, vector: Float32Array, rowCount: number): Float32Array {
  if (!matrix) return new Float32Array(rowCount).fill(Number.NaN);
  if (vector.length !== matrix.size) {
    throw new CliptagError(
      'not-an-embedding',
      `Expected a vector of ${matrix.size} dimensions, as the collection's embeddings have, but received ${vector.length}`,
    );
  }
  return matrix.cosines(vector, rowCount);
}
