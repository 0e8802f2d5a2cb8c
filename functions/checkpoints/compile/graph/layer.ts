import type { Activation, TowerShape } from '../read/checkpoint.ts';
import type { LayerProduct, LayerWeights, Norm } from '../weights/layer-weights.ts';
import { forDividedInputs, forShiftedInputs, type Linear, withDividedOutputs } from '../weights/linear.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import { type AttentionOptions, firstTokenAttention, selfAttention } from './attention.ts';
import { outlierInputs, product } from './product.ts';
import { firstTokens, type Rows, rowsOf } from './rows.ts';

const MICROSOFT = { domain: 'com.microsoft' } as const;

/** The residual stream [rows, width]: a value, and a second one that is still to be added to it. */
export interface Stream {
  readonly base: string;
  readonly added?: string;
}

/** The inputs of a layer's products, which calibration measures. */
export type LayerInputs = Readonly<Record<LayerProduct, string>>;

export interface LayerOptions extends AttentionOptions {
  /** Set for the last layer of an encoder that pools its first token: the others are keys and values only. */
  readonly firstTokenOnly: boolean;
}

/** One block: x + out(attention(norm1(x))), then x + down(activation(up(norm2(x)))). */
export function layer(
  graph: OnnxGraph,
  name: string,
  stream: Stream,
  weights: LayerWeights,
  options: LayerOptions,
): { readonly stream: Stream; readonly inputs: LayerInputs } {
  const { shape, precision, firstTokenOnly } = options;
  const first = norm(graph, `${name}.norm1`, stream, weights.norm1, shape);
  const attended = firstTokenOnly
    ? firstTokenAttention(graph, name, first.normed, weights, options)
    : selfAttention(graph, name, first.normed, weights, options);
  const base = firstTokenOnly ? firstTokens(graph, first.base, options.rows) : first.base;
  const rows = firstTokenOnly ? rowsOf(graph, base) : options.rows;
  const { outliers } = weights;
  const out = forShiftedInputs(weights.out, weights.value.bias);
  const added = product(graph, `${name}.out`, attended, out, {
    precision,
    rows,
    ...outlierInputs(outliers?.out),
  });
  const second = norm(graph, `${name}.norm2`, { base, added }, weights.norm2, shape);
  const mlp = feedForward(graph, name, second.normed, weights, { shape, precision, rows });
  return {
    stream: { base: second.base, added: mlp.output },
    inputs: { attention: first.normed, out: attended, up: second.normed, down: mlp.activated },
  };
}

interface FeedForwardOptions extends Pick<LayerOptions, 'shape' | 'precision'> {
  readonly rows: Rows;
}

/** down(activation(up(x))). */
export function feedForward(
  graph: OnnxGraph,
  name: string,
  x: string,
  { up, down, downScales, outliers }: Pick<LayerWeights, 'up' | 'down' | 'downScales' | 'outliers'>,
  { shape, precision, rows }: FeedForwardOptions,
): { readonly output: string; readonly activated: string } {
  const mlp = shape.activation === 'quick_gelu' ? forSilu(up, down) : { up, down };
  const raised = product(graph, `${name}.up`, x, mlp.up, { precision, rows, ...outlierInputs(outliers?.up) });
  const activated = activation(graph, raised, shape.activation);
  const divided = downScales
    ? graph.node('Mul', [
        activated,
        graph.constant(
          `${name}.down.factors`,
          [downScales.length],
          downScales.map((scale) => 1 / scale),
        ),
      ])
    : activated;
  const options = { precision, rows, oneSided: true, ...outlierInputs(outliers?.down) };
  const output = product(graph, `${name}.down`, divided, mlp.down, options);
  return { output, activated };
}

/**
 * Adds up the stream and norms it. Two nodes, because ONNX Runtime's one for both, SkipLayerNormalization, is slower
 * (1.30, [50, 768]: 0.19 ms a node; a ViT-B/32 took 35.4 ms with it and 30.9 ms with these two).
 */
export function norm(
  graph: OnnxGraph,
  name: string,
  { base, added }: Stream,
  { gain, bias }: Norm,
  { layerNormEpsilon: epsilon }: Pick<TowerShape, 'layerNormEpsilon'>,
): { readonly normed: string; readonly base: string } {
  const constants = [
    graph.constant(`${name}.gain`, [gain.length], gain),
    graph.constant(`${name}.bias`, [bias.length], bias),
  ];
  const attributes = { epsilon: { float: epsilon } };
  const sum = added === undefined ? base : graph.node('Add', [base, added]);
  return { normed: graph.node('LayerNormalization', [sum, ...constants], { attributes }), base: sum };
}

/** The factor of quick_gelu (openai/CLIP, `clip/model.py`, `class QuickGELU`). */
const QUICK_GELU_FACTOR = 1.702;

/**
 * x · sigmoid(1.702 x) is silu(1.702 x) / 1.702: with the factors in the weights, what is left is the one activation
 * for which ONNX Runtime has an AVX-512 kernel (1.30: 24 instead of 65 µs for [50, 3072]).
 */
function forSilu(up: Linear, down: Linear): { readonly up: Linear; readonly down: Linear } {
  return {
    up: withDividedOutputs(up, new Float32Array(up.outputs).fill(1 / QUICK_GELU_FACTOR)),
    down: forDividedInputs(down, new Float32Array(down.inputs).fill(1 / QUICK_GELU_FACTOR)),
  };
}

function activation(graph: OnnxGraph, raised: string, kind: Activation): string {
  switch (kind) {
    case 'quick_gelu':
      return graph.node('QuickGelu', [raised], { ...MICROSOFT, attributes: { alpha: { float: 1 } } });
    case 'gelu':
      return graph.node('Gelu', [raised], MICROSOFT);
    case 'gelu_tanh':
      return graph.node('FastGelu', [raised], MICROSOFT);
  }
}
