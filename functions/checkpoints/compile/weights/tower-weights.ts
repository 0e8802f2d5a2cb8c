import type { Checkpoint, TensorName, WeightAndBias } from '../read/checkpoint.ts';
import type { LayerWeights, Norm } from './layer-weights.ts';

import { type Linear, linear } from './linear.ts';

type Tower = 'image' | 'text';

/** Reads one block of a tower: 12 × width² numbers, so no more than these are in memory at once. */
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

export async function linearWeights(checkpoint: Checkpoint, prefix: WeightAndBias): Promise<Linear> {
  return linear(
    await checkpoint.read(`${prefix}.weight` as TensorName),
    await checkpoint.read(`${prefix}.bias` as TensorName),
  );
}

export async function normWeights(checkpoint: Checkpoint, prefix: WeightAndBias): Promise<Norm> {
  return {
    gain: await checkpoint.read(`${prefix}.weight` as TensorName),
    bias: await checkpoint.read(`${prefix}.bias` as TensorName),
  };
}
