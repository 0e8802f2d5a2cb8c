import type { TensorFile } from '../safetensors/safetensors.ts';

/**
 * What training puts before the name of every tensor: PyTorch's `DistributedDataParallel` (`module.`), `torch.compile`
 * (`_orig_mod.`), and programs that keep a model in another (`model.`, `state_dict.`).
 */
const WRAPPINGS = ['module.', 'model.', '_orig_mod.', 'state_dict.'];

/** The file with the names that the model itself has, where a program that trained it has wrapped all of them. */
export function unwrapped(file: TensorFile): TensorFile {
  const names = [...file.tensors.keys()];
  const wrapping = WRAPPINGS.find(
    (prefix) => names.length > 0 && names.every((name) => name.startsWith(prefix)),
  );
  if (wrapping === undefined) return file;
  return unwrapped({
    ...file,
    tensors: new Map([...file.tensors].map(([name, entry]) => [name.slice(wrapping.length), entry])),
    read: (name, part) => file.read(`${wrapping}${name}`, part),
  });
}
