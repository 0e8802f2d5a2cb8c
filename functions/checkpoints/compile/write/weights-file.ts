import { appendFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { TensorPlace } from './onnx-messages.ts';

/** The file of a model's large tensors, in the folder of the ONNX file that names them. */
export interface WeightsFile {
  add(tensor: Uint8Array): TensorPlace;
}

/** A page of memory: ONNX's docs/ExternalData.md has offsets at multiples of it, so that the file can be mapped. */
const PAGE_BYTES = 4096;

/**
 * The file is begun with the first tensor: a small model needs none. It is written synchronously, since the compiler
 * has nothing else to do meanwhile, and tensor by tensor, so that a model never lies in memory as a whole.
 */
export function weightsFile(path: string): WeightsFile {
  const file = basename(path);
  let length = 0;
  return {
    add: (tensor) => {
      const padding = -length & (PAGE_BYTES - 1);
      appendFileSync(path, new Uint8Array(padding));
      appendFileSync(path, tensor);
      const offset = length + padding;
      length = offset + tensor.length;
      return { file, offset };
    },
  };
}
