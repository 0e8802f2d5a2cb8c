import { type Int8Kernel, int8Kernel } from './int8-kernel.ts';

/** Rows that the memory grows by, and that one call of the kernel multiplies: 512 KiB of 512 dimensions. */
const BLOCK_ROWS = 1_024;
const SCALES_BYTES = BLOCK_ROWS * Float32Array.BYTES_PER_ELEMENT;
/** WebAssembly counts memory in pages (https://webassembly.github.io/spec/core/exec/runtime.html#page-size). */
const PAGE_BYTES = 65_536;
/** Bytes of a register (v128): what lies in the memory begins at a multiple of it. */
const LANE_BYTES = 16;
const GREATEST_INT8 = 127;
const GREATEST_INT16 = 32_767;
const GREATEST_INT32 = 2 ** 31 - 1;
/** Magnitudes of infinity and of what is no number, as the kernel reads float16 (IEEE 754-2019, binary16). */
const INFINITE_FLOAT16 = 2 ** 16;
/** The least that a factor of the rounding can divide by; the greatest value of a unit embedding is far above. */
const LEAST_GREATEST = 2 ** -20;

/**
 * Directions as rows of 8-bit integers with a scale each, and the cosines of all of them with a vector. It lives in one
 * WebAssembly memory, which grows in place: nothing is copied when rows are added, nor when cosines are asked for.
 */
export interface Int8Matrix {
  /** Length of a row, in dimensions. */
  readonly size: number;
  /**
   * Rounds a vector of float16 (little-endian) into a row. False, and the row has none, where it has no direction: it is
   * zero or not finite.
   */
  set(row: number, float16: Uint8Array): boolean;
  clear(row: number): void;
  has(row: number): boolean;
  /**
   * Cosines of a vector with the first rows; NaN where there is none.
   *
   * @param unitVector shape [size]
   */
  cosines(unitVector: Float32Array, rowCount: number): Float32Array;
  /** Cosine of two rows; NaN where one of them has none. */
  cosine(row: number, other: number): number;
  /** What the rows take, in blocks as they lie in the memory; valid until rows are added. */
  blocks(rowCount: number): Uint8Array;
  /** Room for so many rows, as `blocks` gave them, to be filled by the caller. */
  room(rowCount: number): Uint8Array;
  /** Of the whole memory. */
  readonly byteLength: number;
}

/** @param size dimensions of each row, at least 1 */
export function int8Matrix(size: number): Int8Matrix {
  const rowBytes = Math.ceil(size / LANE_BYTES) * LANE_BYTES;
  const places = placesFor(rowBytes);
  const blockBytes = SCALES_BYTES + BLOCK_ROWS * rowBytes;
  const memory = new WebAssembly.Memory({ initial: Math.ceil(places.blocks / PAGE_BYTES) });
  const kernel = int8Kernel(memory);
  let blockCount = 0;
  let bytes = new Uint8Array(memory.buffer);
  let signed = new Int8Array(memory.buffer);
  let floats = new Float32Array(memory.buffer);

  const blockAt = (block: number) => places.blocks + block * blockBytes;
  const scaleIndex = (row: number) => (blockAt(Math.floor(row / BLOCK_ROWS)) >> 2) + (row % BLOCK_ROWS);
  const rowAt = (row: number) =>
    blockAt(Math.floor(row / BLOCK_ROWS)) + SCALES_BYTES + (row % BLOCK_ROWS) * rowBytes;

  function growTo(rowCount: number): void {
    const needed = Math.ceil(rowCount / BLOCK_ROWS);
    if (needed <= blockCount) return;
    const missing = blockAt(needed) - memory.buffer.byteLength;
    if (missing > 0) {
      memory.grow(Math.ceil(missing / PAGE_BYTES));
      bytes = new Uint8Array(memory.buffer);
      signed = new Int8Array(memory.buffer);
      floats = new Float32Array(memory.buffer);
    }
    for (; blockCount < needed; blockCount++) {
      const scales = blockAt(blockCount) / Float32Array.BYTES_PER_ELEMENT;
      floats.fill(Number.NaN, scales, scales + BLOCK_ROWS);
    }
  }

  return {
    size,
    set(row, float16) {
      growTo(row + 1);
      bytes.fill(0, places.source + float16.length, places.query);
      bytes.set(float16, places.source);
      const scale = roundInto(kernel, places, rowAt(row));
      floats[scaleIndex(row)] = scale;
      return !Number.isNaN(scale);
    },
    clear(row) {
      if (row < blockCount * BLOCK_ROWS) floats[scaleIndex(row)] = Number.NaN;
    },
    has: (row) => row < blockCount * BLOCK_ROWS && !Number.isNaN(floats[scaleIndex(row)]),
    cosines(unitVector, rowCount) {
      const cosines = new Float32Array(rowCount).fill(
        Number.NaN,
        Math.min(rowCount, blockCount * BLOCK_ROWS),
      );
      const scale = queryScale(unitVector);
      const query = new Int16Array(memory.buffer, places.query, rowBytes).fill(0);
      for (const [i, value] of unitVector.entries()) query[i] = Math.round(value * scale);
      for (let block = 0; block < blockCount && block * BLOCK_ROWS < rowCount; block++) {
        const first = block * BLOCK_ROWS;
        const count = Math.min(BLOCK_ROWS, rowCount - first);
        const scales = blockAt(block);
        const end = places.cosines + Math.ceil(count / 4) * LANE_BYTES;
        const rows = scales + SCALES_BYTES;
        kernel.cosines(places.query, rows, scales, places.cosines, end, rowBytes, 1 / scale);
        const begin = places.cosines / Float32Array.BYTES_PER_ELEMENT;
        cosines.set(floats.subarray(begin, begin + count), first);
      }
      return cosines;
    },
    cosine(row, other) {
      if (Math.max(row, other) >= blockCount * BLOCK_ROWS) return Number.NaN;
      const [first, second] = [rowAt(row), rowAt(other)];
      let sum = 0;
      for (let i = 0; i < rowBytes; i++) sum += (signed[first + i] ?? 0) * (signed[second + i] ?? 0);
      return sum * (floats[scaleIndex(row)] ?? Number.NaN) * (floats[scaleIndex(other)] ?? Number.NaN);
    },
    blocks: (rowCount) =>
      bytes.subarray(places.blocks, blockAt(Math.min(blockCount, Math.ceil(rowCount / BLOCK_ROWS)))),
    room(rowCount) {
      growTo(rowCount);
      return bytes.subarray(places.blocks, blockAt(Math.ceil(rowCount / BLOCK_ROWS)));
    },
    get byteLength() {
      return memory.buffer.byteLength;
    },
  };
}

interface Places {
  /** Float16 values that are being rounded. */
  readonly source: number;
  /** Two bytes a dimension. */
  readonly query: number;
  /** Of one block. */
  readonly cosines: number;
  /** Each block has its scales first, then its rows. */
  readonly blocks: number;
}

function placesFor(rowBytes: number): Places {
  const query = 2 * rowBytes;
  const cosines = query + 2 * rowBytes;
  return { source: 0, query, cosines, blocks: cosines + SCALES_BYTES };
}

/**
 * Rounds the source into a row. The scale is one divided by the length of the row as it is rounded: products are cosines
 * with a true direction, so that none is beyond 1.
 */
function roundInto({ greatest, round }: Int8Kernel, { source, query }: Places, row: number): number {
  const largest = greatest(source, query);
  if (!(largest >= LEAST_GREATEST && largest < INFINITE_FLOAT16)) return Number.NaN;
  return 1 / Math.sqrt(round(source, query, row, GREATEST_INT8 / largest));
}

/**
 * What a vector is multiplied with before it is rounded to 16 bits: as much as its largest value allows, and as a sum
 * over all dimensions allows whose rows have the largest value everywhere.
 */
function queryScale(vector: Float32Array): number {
  let [largest, sum] = [0, 0];
  for (const value of vector) {
    largest = Math.max(largest, Math.abs(value));
    sum += Math.abs(value);
  }
  return Math.min(GREATEST_INT16 / largest, (GREATEST_INT32 / GREATEST_INT8 - vector.length) / sum);
}
