import type { TensorPart } from '../safetensors/safetensors.ts';
import type { CheckpointShape, TensorName } from './checkpoint.ts';

/** Where a layout keeps a tensor. */
export interface TensorSource {
  readonly tensor: string;
  /** Set where it is one of several that lie under each other in one tensor. */
  readonly part?: TensorPart;
  /** Set where it is kept as [in, out]. */
  readonly transposed?: true;
}

/** What configuration files say about a checkpoint, before any tensor is read. */
export interface LayoutReading {
  readonly shape: CheckpointShape;
  readonly sourceOf: (name: TensorName) => TensorSource;
  /** The tensor with the logarithm of the logit scale. */
  readonly logitScale: string;
  /** The tensor with the logit bias. */
  readonly logitBias?: string;
}

/**
 * A layout's names by those of `checkpoint.ts`. In both, `#` stands for a layer's number and `*` at the end for
 * `weight` and `bias`.
 */
export type NameTable = Readonly<Record<string, string | TensorSource>>;

/** The `index`th of the equal parts that a layout keeps under each other in one tensor. */
export function part(tensor: string, index: number, of: number): TensorSource {
  return { tensor, part: { index, of } };
}

/** @throws {Error} for a name that the table lacks: a mistake in the table, not the user's */
export function sourceIn(table: NameTable, name: TensorName): TensorSource {
  const layer = /\.layers\.(\d+)\./.exec(name)?.[1] ?? '';
  const kind = /\.(weight|bias)$/.exec(name)?.[1] ?? '';
  const key = name.replace(/\.layers\.\d+\./, '.layers.#.');
  const entry = table[key] ?? table[key.replace(/(weight|bias)$/, '*')];
  if (entry === undefined)
    throw new Error(`Expected a tensor for ${name} in the layout's table but there is none`);
  const source = typeof entry === 'string' ? { tensor: entry } : entry;
  return { ...source, tensor: source.tensor.replace('#', layer).replace(/\*$/, kind) };
}
