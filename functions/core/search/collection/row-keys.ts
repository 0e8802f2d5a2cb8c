/** Number in place of a bucket's, of a row that is empty. */
export const NO_BUCKET = 0xffffffff;

interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

/** Which image stands in which row. */
export interface RowKeys {
  /** -1 where it has none. */
  rowOf(image: ImageName): number;
  /** A row for an image that has none: an empty one, if there is one. */
  add(image: ImageName): number;
  remove(row: number): void;
  /** Fills an empty collection row by row, with what {@link RowKeys.bucketNumbers} and `keyOf` gave. */
  fill(buckets: readonly string[], bucketNumbers: Uint32Array, key: (row: number) => string): void;
  bucketOf(row: number): string;
  keyOf(row: number): string;
  /** Rows, empty ones included. */
  readonly rowCount: number;
  /** Names of the buckets, and which of them each row's image is in: {@link NO_BUCKET} of an empty row. */
  buckets(): readonly string[];
  bucketNumbers(): Uint32Array;
  /** About; strings and maps are the engine's own. */
  readonly byteLength: number;
}

/** Of a string of one byte a character, and of an entry in a map, beside the characters (V8 11, 64 bits). */
const BYTES_BESIDE_CHARACTERS = 64;

/** Keys stay strings: a query may read all of them, and to make strings of bytes would take longer than to compare them. */
export function rowKeys(): RowKeys {
  const buckets: { readonly name: string; readonly rows: Map<string, number> }[] = [];
  const bucketNumbers = new Map<string, number>();
  const keys: string[] = [];
  const bucketOfRow: number[] = [];
  const empty: number[] = [];
  let characters = 0;

  function bucketNumber(name: string): number {
    const known = bucketNumbers.get(name);
    if (known !== undefined) return known;
    bucketNumbers.set(name, buckets.length);
    return buckets.push({ name, rows: new Map() }) - 1;
  }

  function put(row: number, number: number, key: string): void {
    buckets[number]?.rows.set(key, row);
    keys[row] = key;
    bucketOfRow[row] = number;
    characters += key.length;
  }

  return {
    rowOf: ({ bucket, key }) => buckets[bucketNumbers.get(bucket) ?? -1]?.rows.get(key) ?? -1,
    add({ bucket, key }) {
      const row = empty.pop() ?? keys.length;
      put(row, bucketNumber(bucket), key);
      return row;
    },
    remove(row) {
      const key = keys[row] ?? '';
      buckets[bucketOfRow[row] ?? -1]?.rows.delete(key);
      keys[row] = '';
      bucketOfRow[row] = NO_BUCKET;
      empty.push(row);
      characters -= key.length;
    },
    fill(names, numbers, keyOf) {
      for (const name of names) bucketNumber(name);
      for (const [row, number] of numbers.entries()) {
        if (number !== NO_BUCKET) put(row, number, keyOf(row));
        else {
          keys[row] = '';
          bucketOfRow[row] = NO_BUCKET;
          empty.push(row);
        }
      }
    },
    buckets: () => buckets.map(({ name }) => name),
    bucketNumbers: () => Uint32Array.from(bucketOfRow),
    bucketOf: (row) => buckets[bucketOfRow[row] ?? -1]?.name ?? '',
    keyOf: (row) => keys[row] ?? '',
    get rowCount() {
      return keys.length;
    },
    get byteLength() {
      return characters + keys.length * BYTES_BESIDE_CHARACTERS;
    },
  };
}
