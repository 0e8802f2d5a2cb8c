import { int8Matrix } from '../../scoring/int8-matrix.ts';
import type { CollectionParts } from './collection-parts.ts';
import { COLUMN_NAMES, COLUMN_WIDTHS, growColumns } from './row-columns.ts';

/** What stands before the columns of a snapshot. */
export interface SnapshotContents {
  readonly rowCount: number;
  /** 0 where there is no embedding. */
  readonly embeddingSize: number;
  readonly buckets: readonly string[];
  readonly cameras: readonly string[];
  /** Set and label. */
  readonly labels: readonly (readonly [string, string])[];
  /** Entries of all rows' lists of labels. */
  readonly labelEntries: number;
  /** Of all keys, in UTF-8. */
  readonly keyBytes: number;
}

/** Bytes that are copied at once: the embeddings may change while others are being written. */
const CHUNK_BYTES = 2 ** 20;

export interface Sections {
  readonly contents: SnapshotContents;
  readonly byteLength: number;
  readonly chunks: Iterable<Uint8Array>;
}

/**
 * The columns of a collection, one after the other. Everything but the embeddings is as of now; an embedding may be newer
 * than the revision of its row, which whoever reads the snapshot finds behind the table's, and reads anew.
 */
export function sectionsOf({ keys, labels, columns, cameras, matrix }: CollectionParts): Sections {
  const { rowCount } = keys;
  const texts = Array.from({ length: rowCount }, (_, row) => keys.keyOf(row));
  const keyBytes = new TextEncoder().encode(texts.join(''));
  const lists = labels.lists(rowCount);
  const facts = COLUMN_NAMES.map((name) => columns[name].slice(0, rowCount * COLUMN_WIDTHS[name]));
  const copied: readonly Uint8Array[] = [
    ...facts,
    keys.bucketNumbers(),
    Uint32Array.from(texts, (text) => text.length),
    keyBytes,
    lists.lengths,
    lists.numbers,
    lists.scores,
  ].map(bytesOf);
  const embeddingBytes = matrix?.blocks(rowCount).length ?? 0;
  return {
    contents: {
      rowCount,
      embeddingSize: embeddingBytes === 0 ? 0 : (matrix?.size ?? 0),
      buckets: keys.buckets(),
      cameras: [...cameras.names],
      labels: lists.terms.map(({ set, label }) => [set, label] as const),
      labelEntries: lists.numbers.length,
      keyBytes: keyBytes.length,
    },
    byteLength: copied.reduce((sum, { length }) => sum + length, embeddingBytes),
    chunks: (function* () {
      yield* copied;
      for (let place = 0; place < embeddingBytes; place += CHUNK_BYTES) {
        const end = Math.min(place + CHUNK_BYTES, embeddingBytes);
        yield matrix?.blocks(rowCount).slice(place, end) ?? new Uint8Array(0);
      }
    })(),
  };
}

/**
 * Reads what {@link sectionsOf} gave into empty parts.
 *
 * @param fill fills an array with the bytes that come next
 */
export async function readSections(
  parts: CollectionParts,
  contents: SnapshotContents,
  fill: (target: Uint8Array) => Promise<void>,
): Promise<void> {
  const { rowCount, embeddingSize } = contents;
  const read = async <Values extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
    values: Values,
  ) => {
    await fill(bytesOf(values));
    return values;
  };
  growColumns(parts.columns, rowCount);
  for (const name of COLUMN_NAMES) {
    await fill(bytesOf(parts.columns[name].subarray(0, rowCount * COLUMN_WIDTHS[name])));
  }
  const bucketNumbers = await read(new Uint32Array(rowCount));
  const keyLengths = await read(new Uint32Array(rowCount));
  const texts = new TextDecoder().decode(await read(new Uint8Array(contents.keyBytes)));
  const lists = {
    terms: contents.labels.map(([set, label]) => ({ set, label })),
    lengths: await read(new Uint16Array(rowCount)),
    numbers: await read(new Uint32Array(contents.labelEntries)),
    scores: await read(new Float64Array(contents.labelEntries)),
  };
  let place = 0;
  parts.keys.fill(contents.buckets, bucketNumbers, (row) => {
    const begin = place;
    place += keyLengths[row] ?? 0;
    return texts.slice(begin, place);
  });
  parts.labels.fill(lists);
  for (const camera of contents.cameras) parts.cameras.add(camera);
  if (embeddingSize === 0) return;
  parts.matrix = int8Matrix(embeddingSize);
  await fill(parts.matrix.room(rowCount));
}

/** Numbers as they lie in the memory: little-endian wherever Node runs. */
function bytesOf({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array {
  return new Uint8Array(buffer, byteOffset, byteLength);
}
