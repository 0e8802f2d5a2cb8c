import type { Tensor } from 'onnxruntime-node';
import { openOnnxSession } from '../../../adapters/onnx/session.ts';
import { type LayerInputs, layer } from '../graph/layer.ts';
import type { Precision } from '../graph/product.ts';
import { sequenceRows } from '../graph/rows.ts';
import type { TowerShape } from '../read/checkpoint.ts';
import type { LayerWeights } from '../weights/layer-weights.ts';
import { type OnnxGraph, onnxGraph } from '../write/onnx-graph.ts';
import { type LayerRanges, smoothed } from './smooth.ts';

export interface CalibrationOptions {
  readonly shape: TowerShape;
  readonly causal: boolean;
  /** Writes the nodes before the first layer and their input. @returns the tokens [N, tokens, width] */
  readonly tokens: (graph: OnnxGraph) => Promise<string>;
  /** The samples, for that input. */
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/**
 * Smooths a tower's layers by the ranges that samples have in them, where that brings a layer's int8 products nearer
 * to float32: a layer without outliers loses by it. Each layer runs with float32 weights on the output of the one
 * before it, in a session of its own: so no more than one layer is in memory, however large the tower.
 *
 * @returns a function that is to be called with the layers in order
 */
export async function layerSmoother({
  shape,
  causal,
  tokens,
  feeds,
}: CalibrationOptions): Promise<(weights: LayerWeights) => Promise<LayerWeights>> {
  let { states } = await run(feeds, ['states'], async (graph) => {
    graph.node('Identity', [await tokens(graph)], { output: 'states' });
    graph.output('states', 'float32', ['N', 'T', shape.width]);
  });

  /** The layer's output with these weights, and the ranges of its products' inputs. */
  function runLayer(hidden: Tensor, weights: LayerWeights, precision: Precision) {
    return run({ hidden }, ['states', ...RANGES], async (graph) => {
      const hiddenTokens = graph.input('hidden', 'float32', ['N', 'T', shape.width]);
      const { x, rows } = sequenceRows(graph, hiddenTokens, shape);
      const options = { shape, precision, rows, causal, firstTokenOnly: false } as const;
      const { stream, inputs } = layer(graph, 'layer', { base: x }, weights, options);
      const sum = graph.node('Add', [stream.base, stream.added ?? '']);
      graph.node('Reshape', [sum, rows.bySequence], { output: 'states' });
      graph.output('states', 'float32', ['N', 'T', shape.width]);
      for (const name of RANGES) rangeOutput(graph, name, inputs[name]);
    });
  }

  return async (weights) => {
    if (!states) return weights;
    const exact = await runLayer(states, weights, 'fp32');
    const errorOf = async (candidate: LayerWeights) =>
      distance((await runLayer(states as Tensor, candidate, 'int8')).states, exact.states);
    const smooth = smoothed(weights, rangesFrom(exact));
    const isBetter = (await errorOf(smooth)) < MINIMUM_GAIN * (await errorOf(weights));
    states = exact.states;
    return isBetter ? smooth : weights;
  };
}

/**
 * Smoothing must bring a layer's error down to this share: a smaller gain says nothing about other inputs, which may
 * fill channels that no sample fills (without this, the worst cosine of tiny-clip's prompts was 0.94 instead of 0.96).
 */
const MINIMUM_GAIN = 0.8;

/** Euclidean distance of two tensors of one shape. */
function distance(one: Tensor | undefined, other: Tensor | undefined): number {
  const values = (other?.data ?? []) as Float32Array;
  let sum = 0;
  ((one?.data ?? []) as Float32Array).forEach((value, i) => {
    sum += (value - (values[i] ?? 0)) ** 2;
  });
  return Math.sqrt(sum);
}

const RANGES = ['attention', 'out', 'up', 'down'] as const satisfies ReadonlyArray<keyof LayerInputs>;

/** The largest magnitude of each channel of [rows, channels]. */
function rangeOutput(graph: OnnxGraph, name: string, value: string): void {
  const axes = graph.constant('axes', [1], BigInt64Array.of(0n));
  const magnitude = graph.node('Abs', [value]);
  graph.node('ReduceMax', [magnitude, axes], { output: name, attributes: { keepdims: 0 } });
  graph.output(name, 'float32', ['C']);
}

function rangesFrom(results: Readonly<Record<string, Tensor>>): LayerRanges {
  const [attention, out, up, down] = RANGES.map((name) => results[name]?.data as Float32Array);
  return {
    attention: attention ?? new Float32Array(),
    out: out ?? new Float32Array(),
    up: up ?? new Float32Array(),
    down: down ?? new Float32Array(),
  };
}

async function run(
  feeds: Readonly<Record<string, Tensor>>,
  outputs: readonly string[],
  build: (graph: OnnxGraph) => Promise<void>,
): Promise<Readonly<Record<string, Tensor>>> {
  const graph = onnxGraph('part');
  await build(graph);
  const session = await openOnnxSession(graph.bytes());
  try {
    return await session.run(feeds, [...outputs]);
  } finally {
    await session.release();
  }
}
