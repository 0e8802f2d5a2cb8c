import { type FileSink, fileSink } from './onnx-sink.ts';

/** Where a model's large tensors go, beside the ONNX file that names them. */
export interface WeightsFile {
  /** In the ONNX file's own folder. */
  readonly name: string;
  /** @returns where in the file `bytes` begin */
  add(bytes: Uint8Array): number;
}

export interface OpenWeightsFile extends WeightsFile {
  close(): void;
}

/** What a page of memory holds: ONNX's specification has tensors begin at one, so that the file can be mapped. */
const PAGE_BYTES = 4096;

/** Begun with the first tensor: a small model needs none. */
export function weightsFile(path: string, name: string): OpenWeightsFile {
  let sink: FileSink | undefined;
  let length = 0;
  return {
    name,
    add: (bytes) => {
      sink ??= fileSink(path);
      const padding = -length & (PAGE_BYTES - 1);
      sink.append(new Uint8Array(padding));
      sink.append(bytes);
      const start = length + padding;
      length = start + bytes.length;
      return start;
    },
    close: () => sink?.close(),
  };
}
