import { RESAMPLING_BASE64 } from './resampling-bytes.ts';

/** WebAssembly counts memory in pages (https://webassembly.github.io/spec/core/exec/runtime.html#page-size). */
const PAGE_BYTES = 65_536;

/** What resampling.wat does in its memory; parameters are addresses, or numbers of bytes. */
export interface ResamplingKernel {
  readonly buffer: ArrayBuffer;
  /** Sums rows of bytes to a row of 16-bit integers. */
  readonly blendRows: (
    rows: number,
    rowBytes: number,
    weights: number,
    weightsEnd: number,
    target: number,
    targetEnd: number,
  ) => void;
  /** Sums pixels of such a row to pixels of bytes. */
  readonly blendPixels: (
    starts: number,
    startsEnd: number,
    weights: number,
    pixelWeightBytes: number,
    target: number,
  ) => void;
}

type Functions = Omit<ResamplingKernel, 'buffer'>;

let instance: { readonly memory: WebAssembly.Memory; readonly functions: Functions } | undefined;

/** The kernel, whose one memory of the process holds `bytes` at least. */
export function resamplingKernel(bytes: number): ResamplingKernel {
  instance ??= instantiate();
  const { memory, functions } = instance;
  const missing = bytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES));
  return { ...functions, buffer: memory.buffer };
}

function instantiate() {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const compiled = new WebAssembly.Module(Buffer.from(RESAMPLING_BASE64, 'base64'));
  const { exports } = new WebAssembly.Instance(compiled, { host: { memory } });
  return { memory, functions: exports as unknown as Functions };
}
