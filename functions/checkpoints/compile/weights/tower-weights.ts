import type { Checkpoint, TensorName } from '../read/checkpoint.ts';
import type { LayerWeights, Norm } from './layer-weights.ts';

import { type Linear, linear } from './linear.ts';

type Tower = 'image' | 'text';

/** Reads one block of a tower: with float32, `12 × width²` numbers at once and no more. */
export async function layerWeights(
  checkpoint: Checkpoint,
  tower: Tower,
  index: number,
): Promise<LayerWeights> {
  const prefix = `${tower}.layers.${index}` as const;
  return {
    norm1: await normWeights(checkpoint, `${prefix}.norm1`),
    query: await linearWeights(checkpoint, `${prefix}.query`),
    key: await linearWeights(checkpoint, `${prefix}.key`),
    value: await linearWeights(checkpoint, `${prefix}.value`),
    out: await linearWeights(checkpoint, `${prefix}.out`),
    norm2: await normWeights(checkpoint, `${prefix}.norm2`),
    up: await linearWeights(checkpoint, `${prefix}.up`),
    down: await linearWeights(checkpoint, `${prefix}.down`),
  };
}

/** What tensors come in pairs of `weight` and `bias`. */
type Pair = Extract<TensorName, `${string}.weight`> extends `${infer Prefix}.weight` ? Prefix : never;

export async function linearWeights(checkpoint: Checkpoint, prefix: Pair): Promise<Linear> {
  return linear(
    await checkpoint.read(`${prefix}.weight` as TensorName),
    await checkpoint.read(`${prefix}.bias` as TensorName),
  );
}

export async function normWeights(checkpoint: Checkpoint, prefix: Pair): Promise<Norm> {
  return {
    gain: await checkpoint.read(`${prefix}.weight` as TensorName),
    bias: await checkpoint.read(`${prefix}.bias` as TensorName),
  };
}
