import { CliptagError } from '../../errors.ts';
import { IMAGE_STATUSES, type ImageStatus } from '../../records/image-record.ts';
import { type Int8Matrix, int8Matrix } from '../../scoring/int8-matrix.ts';
import type { ChangingCollection, CollectedRecord } from '../image-collection.ts';
import { compareStates, type RecordState, recordState, SEQUENCER_NUMBERS } from './record-order.ts';
import { columnBytes, emptyColumns, growColumns, type RowColumns } from './row-columns.ts';
import { rowKeys } from './row-keys.ts';
import { rowLabels } from './row-labels.ts';
import { tombstones } from './tombstones.ts';

export interface CollectionOptions {
  /** Model whose embeddings are compared; a record of another one has tags, but no embedding here. */
  readonly modelDigest: string;
  /** Dimensions of an embedding. @default those of the first one that is taken over */
  readonly embeddingSize?: number | undefined;
}

export interface TableCollection extends ChangingCollection {
  /** Forgets an image whose record was removed from the table, as if it had never been there. */
  remove(image: { readonly bucket: string; readonly key: string }): void;
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
  const keys = rowKeys();
  const labels = rowLabels();
  const columns = emptyColumns();
  const cameras = cameraDictionary();
  const gone = tombstones();
  let matrix = embeddingSize === undefined ? undefined : int8Matrix(embeddingSize);
  let version = 0;

  function take(record: CollectedRecord): void {
    const row = keys.rowOf(record);
    const state = recordState(record);
    const isKnown =
      row >= 0 ? compareStates(state, stateOf(columns, row)) <= 0 : gone.isBefore(record, state);
    if (isKnown) return;
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
    if (embedding?.length) matrix ??= int8Matrix(Math.ceil(embedding.length / 2));
    if (embedding && embedding.length === 2 * (matrix?.size ?? 0)) matrix?.set(row, embedding);
    else matrix?.clear(row);
  }

  function free(row: number): void {
    keys.remove(row);
    labels.set(row, []);
    matrix?.clear(row);
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
      return keys.byteLength + labels.byteLength + columnBytes(columns) + (matrix?.byteLength ?? 0);
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
    hasEmbedding: (row) => matrix?.has(row) ?? false,
    cosines: (vector) => cosines(matrix, vector, keys.rowCount),
    take,
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

function writeFacts(columns: RowColumns, row: number, record: CollectedRecord): void {
  columns.status[row] = 1 + IMAGE_STATUSES.indexOf(record.status);
  columns.time[row] = timeOf(record);
  columns.pixels[row] = (record.width ?? Number.NaN) * (record.height ?? Number.NaN);
  columns.bytes[row] = record.sizeBytes ?? Number.NaN;
  columns.latitude[row] = record.latitude ?? Number.NaN;
  columns.longitude[row] = record.longitude ?? Number.NaN;
  const hash = hashOf(record.differenceHash);
  columns.hasHash[row] = hash ? 1 : 0;
  columns.hash.set(hash ?? [0, 0], 2 * row);
}

function statusOf({ status }: RowColumns, row: number): ImageStatus {
  return IMAGE_STATUSES[(status[row] ?? 0) - 1] ?? 'deleted';
}

function writeState(columns: RowColumns, row: number, { sequencer, revision }: RecordState): void {
  columns.sequencer.set(sequencer, SEQUENCER_NUMBERS * row);
  columns.revision[row] = revision;
}

function stateOf({ sequencer, revision }: RowColumns, row: number): RecordState {
  const begin = SEQUENCER_NUMBERS * row;
  return { sequencer: sequencer.subarray(begin, begin + SEQUENCER_NUMBERS), revision: revision[row] ?? 0 };
}

/** Sixteen hexadecimal digits as two numbers of 32 bits. */
function hashOf(digits: string | undefined): readonly [number, number] | undefined {
  if (digits === undefined || !/^[0-9a-f]{16}$/i.test(digits)) return undefined;
  return [Number.parseInt(digits.slice(0, 8), 16), Number.parseInt(digits.slice(8), 16)];
}

/** A clock that tells no offset is read as UTC, so that the order is the same on every machine. */
function timeOf({ takenAt, recordedAt }: CollectedRecord): number {
  const taken = takenAt === undefined ? Number.NaN : Date.parse(inUtc(takenAt));
  return Number.isNaN(taken) ? Date.parse(recordedAt) : taken;
}

function inUtc(time: string): string {
  return /T.*(Z|[+-]\d\d:?\d\d)$/i.test(time) || !time.includes('T') ? time : `${time}Z`;
}

/** Numbers of cameras, from 1. */
function cameraDictionary() {
  const names: string[] = [];
  const numbers = new Map<string, number>();
  return {
    nameOf: (number: number): string | undefined => names[number - 1],
    add(name: string): number {
      const number = numbers.get(name) ?? names.push(name);
      numbers.set(name, number);
      return number;
    },
  };
}
