import type { Tensor } from 'onnxruntime-node';
import { openOnnxSession } from '../../functions/adapters/onnx-session.ts';
import type { TowerShape } from './checkpoint.ts';
import { type LayerInputs, type LayerWeights, layer } from './graph-layer.ts';
import { sequenceRows } from './graph-rows.ts';
import { type OnnxGraph, onnxGraph } from './onnx-graph.ts';
import { memorySink } from './onnx-sink.ts';
import { type LayerRanges, smoothed } from './smooth.ts';

export interface CalibrationOptions {
  readonly shape: TowerShape;
  readonly causal: boolean;
  /** Writes what comes before the first layer, with its input, and names the tokens [N, tokens, width]. */
  readonly tokens: (graph: OnnxGraph) => Promise<string>;
  /** What that is fed with. */
  readonly feeds: Readonly<Record<string, Tensor>>;
}

/**
 * Smooths a tower's layers by what samples do in them. Each layer runs with float32 weights on what the one before it
 * gave, in a session of its own: so no more than one layer is in memory, however large the tower.
 *
 * @returns to be called with the layers in order
 */
export async function layerSmoother({
  shape,
  causal,
  tokens,
  feeds,
}: CalibrationOptions): Promise<(weights: LayerWeights) => Promise<LayerWeights>> {
  let hidden = await run(feeds, ['states'], async (graph) => {
    graph.node('Identity', [await tokens(graph)], { output: 'states' });
    graph.output('states', 'float32', ['N', 'T', shape.width]);
  });
  return async (weights) => {
    const input = hidden.states;
    if (!input) return weights;
    const results = await run({ hidden: input }, ['states', ...RANGES], async (graph) => {
      const hiddenTokens = graph.input('hidden', 'float32', ['N', 'T', shape.width]);
      const { x, rows } = sequenceRows(graph, hiddenTokens, shape.width);
      const options = { shape, precision: 'fp32', rows, causal, firstTokenOnly: false } as const;
      const { stream, inputs } = layer(graph, 'layer', { base: x }, weights, options);
      const sum = graph.node('Add', [stream.base, stream.added ?? '']);
      graph.node('Reshape', [sum, rows.bySequence], { output: 'states' });
      graph.output('states', 'float32', ['N', 'T', shape.width]);
      for (const name of RANGES) rangeOutput(graph, name, inputs[name]);
    });
    hidden = results;
    return smoothed(weights, rangesFrom(results));
  };
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
  const sink = memorySink();
  const graph = onnxGraph(sink, 'part');
  await build(graph);
  graph.finish();
  const session = await openOnnxSession(sink.bytes());
  try {
    return await session.run(feeds, [...outputs]);
  } finally {
    await session.release();
  }
}
