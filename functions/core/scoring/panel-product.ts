import { KERNEL_BASE64 } from './kernel-bytes.ts';

/** Rows, and vectors, of a panel: the kernel multiplies four with four. */
export const PANEL = 4;
/** One dimension of a panel: four doubles. */
export const PANEL_BYTES = PANEL * Float64Array.BYTES_PER_ELEMENT;

/**
 * Multiplies a panel of rows with a panel of vectors; both lie in the memory dimension by dimension, [size][PANEL].
 *
 * @param rows, vectors, products where they begin, in bytes; `rowsEnd` is where the rows end
 *   (`products`: [row][vector], [PANEL][PANEL])
 */
export type PanelProduct = (rows: number, vectors: number, products: number, rowsEnd: number) => void;

let compiled: WebAssembly.Module | undefined;

/**
 * The kernel (kernel.wat) for panels in this memory. It is WebAssembly because that is the only way to the processor's
 * vector instructions that gives the same bits on x86 and arm64.
 */
export function panelProduct(memory: WebAssembly.Memory): PanelProduct {
  compiled ??= new WebAssembly.Module(Buffer.from(KERNEL_BASE64, 'base64'));
  return new WebAssembly.Instance(compiled, { host: { memory } }).exports.kernel as PanelProduct;
}
