/**
 * Four rows times four vectors in double precision, as WebAssembly: the only way to the processor's vector instructions
 * that gives the same bits on x86 and arm64. Its lanes hold different vectors, so that each sum is added up in the order
 * of the dimensions, as a plain loop does. There is no fused multiply-add in it, which would round differently.
 *
 * https://webassembly.github.io/spec/core/binary/
 */
export const PANEL = 4;
const VALUE_BYTES = 8;
export const PANEL_BYTES = PANEL * VALUE_BYTES;

/**
 * Multiplies a panel of rows with a panel of vectors; both lie in the memory dimension by dimension, [size][PANEL].
 *
 * @param rows, vectors, products where they begin, in bytes; `rowsEnd` is where the rows end
 *   (`products`: [row][vector], [PANEL][PANEL])
 */
export type PanelProduct = (rows: number, vectors: number, products: number, rowsEnd: number) => void;

/** The kernel for panels in this memory. */
export function panelProduct(memory: WebAssembly.Memory): PanelProduct {
  compiled ??= new WebAssembly.Module(Uint8Array.from(moduleBytes()));
  return new WebAssembly.Instance(compiled, { [HOST]: { [MEMORY]: memory } }).exports[KERNEL] as PanelProduct;
}

let compiled: WebAssembly.Module | undefined;

const [HOST, MEMORY, KERNEL] = ['host', 'memory', 'kernel'];
type Code = readonly number[];

/** Value types, and the instructions that the kernel is made of. */
const I32 = 0x7f;
const V128 = 0x7b;
const END = 0x0b;
const LOOP_WITHOUT_RESULT: Code = [0x03, 0x40];
const I32_LESS: Code = [0x48];
const AGAIN_IF: Code = [0x0d, 0];
const get = (local: number): Code => [0x20, local];
const set = (local: number): Code => [0x21, local];
const simd = (operation: number, ...operands: number[]): Code => [0xfd, ...unsigned(operation), ...operands];
const [ALIGNED_8, ALIGNED_16] = [3, 4];
const loadTwo = (offset: number) => simd(0x00, ALIGNED_16, offset);
const loadOneTwice = (offset: number) => simd(0x0a, ALIGNED_8, offset);
const storeTwo = (offset: number) => simd(0x0b, ALIGNED_16, ...unsigned(offset));
const ADD_TWO = simd(0xf0);
const MULTIPLY_TWO = simd(0xf2);
const advance = (local: number, bytes: number): Code => [...get(local), 0x41, bytes, 0x6a, ...set(local)];

/** A vector register holds two values: a panel takes a left and a right one. */
const HALVES = [0, 1];
const ROWS = [0, 1, 2, 3];
const HALF_BYTES = 2 * VALUE_BYTES;

/** Locals: the four parameters, then the registers. */
const [ROWS_AT, VECTORS_AT, PRODUCTS_AT, ROWS_END] = [0, 1, 2, 3] as const;
const sum = (row: number, half: number) => 4 + 2 * row + half;
const vectorHalf = (half: number) => 12 + half;
const ROW_VALUE = 14;
const REGISTERS = 11;

function moduleBytes(): Code {
  const type = [0x60, ...list([[I32], [I32], [I32], [I32]]), 0];
  const memoryImport = [...text(HOST), ...text(MEMORY), 0x02, 0x00, 1];
  const body = [...list([[REGISTERS, V128]]), ...kernel(), END];
  return [
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [type]),
    ...section(2, [memoryImport]),
    ...section(3, [[0]]),
    ...section(7, [[...text(KERNEL), 0x00, 0]]),
    ...section(10, [[...unsigned(body.length), ...body]]),
  ];
}

function kernel(): Code {
  const multiplyAdd = (row: number, half: number) => [
    ...get(sum(row, half)),
    ...[...get(ROW_VALUE), ...get(vectorHalf(half)), ...MULTIPLY_TWO],
    ...ADD_TWO,
    ...set(sum(row, half)),
  ];
  const loadVectors = (half: number) => [
    ...get(VECTORS_AT),
    ...loadTwo(half * HALF_BYTES),
    ...set(vectorHalf(half)),
  ];
  const multiplyRow = (row: number) => [
    ...get(ROWS_AT),
    ...loadOneTwice(row * VALUE_BYTES),
    ...set(ROW_VALUE),
    ...HALVES.flatMap((half) => multiplyAdd(row, half)),
  ];
  const storeSum = (row: number, half: number) => [
    ...get(PRODUCTS_AT),
    ...get(sum(row, half)),
    ...storeTwo(row * PANEL_BYTES + half * HALF_BYTES),
  ];
  return [
    ...LOOP_WITHOUT_RESULT,
    ...HALVES.flatMap(loadVectors),
    ...ROWS.flatMap(multiplyRow),
    ...advance(VECTORS_AT, PANEL_BYTES),
    ...advance(ROWS_AT, PANEL_BYTES),
    ...[...get(ROWS_AT), ...get(ROWS_END), ...I32_LESS, ...AGAIN_IF],
    END,
    ...ROWS.flatMap((row) => HALVES.flatMap((half) => storeSum(row, half))),
  ];
}

function section(id: number, entries: readonly Code[]): Code {
  const content = list(entries);
  return [id, ...unsigned(content.length), ...content];
}

function list(entries: readonly Code[]): Code {
  return [...unsigned(entries.length), ...entries.flat()];
}

function text(value: string): Code {
  return list([...value].map((character) => [character.charCodeAt(0)]));
}

/** LEB128: seven bits a byte, the lowest first. */
function unsigned(value: number): Code {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}
