import { INT8_KERNEL_BASE64 } from './int8-kernel-bytes.ts';

/** What int8-kernel.wat does with addresses in bytes; each is a multiple of 16. */
export interface Int8Kernel {
  /** Cosines of rows with a query of 16-bit integers, four at a time. */
  readonly cosines: (
    query: number,
    rows: number,
    scales: number,
    cosines: number,
    cosinesEnd: number,
    rowBytes: number,
    unit: number,
  ) => void;
  /** Greatest magnitude of float16 values. */
  readonly greatest: (place: number, end: number) => number;
  /** Rounds float16 values × factor to int8; the sum of their squares. */
  readonly round: (place: number, end: number, row: number, factor: number) => number;
}

let compiled: WebAssembly.Module | undefined;

/** The kernel for rows in this memory. It is WebAssembly for the reasons that `panelProduct` has. */
export function int8Kernel(memory: WebAssembly.Memory): Int8Kernel {
  compiled ??= new WebAssembly.Module(Buffer.from(INT8_KERNEL_BASE64, 'base64'));
  return new WebAssembly.Instance(compiled, { host: { memory } }).exports as unknown as Int8Kernel;
}
