/** What is known of each row beside key, labels and embedding: an array for each fact. */
export interface RowColumns {
  /** 0 where no image stands; else the number of the status, from 1. */
  status: Uint8Array;
  /** 0 where it is not known; else the number of the camera, from 1. */
  camera: Uint32Array;
  revision: Float64Array;
  /** Four numbers a row. */
  sequencer: Uint32Array;
  time: Float64Array;
  pixels: Float64Array;
  bytes: Float64Array;
  latitude: Float64Array;
  longitude: Float64Array;
  hasHash: Uint8Array;
  /** Two numbers a row. */
  hash: Uint32Array;
}

/** Numbers that a column has for each row. */
export const COLUMN_WIDTHS: Readonly<Record<keyof RowColumns, number>> = {
  status: 1,
  camera: 1,
  revision: 1,
  sequencer: 4,
  time: 1,
  pixels: 1,
  bytes: 1,
  latitude: 1,
  longitude: 1,
  hasHash: 1,
  hash: 2,
};

export const COLUMN_NAMES = Object.keys(COLUMN_WIDTHS) as readonly (keyof RowColumns)[];

/** Each growth copies what is there: 9 MB at 100,000 rows, in a few milliseconds. */
const GROWTH = 1.5;
const FIRST_CAPACITY = 1_024;

export function emptyColumns(): RowColumns {
  return {
    status: new Uint8Array(0),
    camera: new Uint32Array(0),
    revision: new Float64Array(0),
    sequencer: new Uint32Array(0),
    time: new Float64Array(0),
    pixels: new Float64Array(0),
    bytes: new Float64Array(0),
    latitude: new Float64Array(0),
    longitude: new Float64Array(0),
    hasHash: new Uint8Array(0),
    hash: new Uint32Array(0),
  };
}

/** Makes room for so many rows in all. */
export function growColumns(columns: RowColumns, rowCount: number): void {
  if (rowCount <= columns.status.length) return;
  const capacity = grownLength(columns.status.length, rowCount);
  for (const name of COLUMN_NAMES) growColumn(columns, name, capacity);
}

function growColumn<Name extends keyof RowColumns>(columns: RowColumns, name: Name, capacity: number): void {
  columns[name] = grown(columns[name], capacity * COLUMN_WIDTHS[name]);
}

/** A longer array with the same beginning. */
export function grown<Values extends Uint8Array | Uint16Array | Uint32Array | Float64Array>(
  values: Values,
  length: number,
): Values {
  const longer = new (values.constructor as new (length: number) => Values)(length);
  longer.set(values);
  return longer;
}

export function grownLength(length: number, needed: number): number {
  return Math.max(needed, Math.ceil(length * GROWTH), FIRST_CAPACITY);
}

/** Bytes of all columns. */
export function columnBytes(columns: RowColumns): number {
  return COLUMN_NAMES.reduce((sum, name) => sum + columns[name].byteLength, 0);
}
