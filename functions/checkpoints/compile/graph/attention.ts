import type { TowerShape } from '../read/checkpoint.ts';
import type { LayerWeights } from '../weights/layer-weights.ts';
import { stackedLinear } from '../weights/linear.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import { outlierInputs, type Precision, product, productWithoutBias } from './product.ts';
import { firstTokens, rowsOf, type SequenceRows, underEachOther } from './rows.ts';

export interface AttentionOptions {
  readonly shape: TowerShape;
  readonly precision: Precision;
  /** How the tokens belong together. */
  readonly rows: SequenceRows;
  /** Whether a token sees only itself and those before it. */
  readonly causal: boolean;
}

/** One product for queries, keys and values together. Attention adds the bias while it sorts by heads, at no cost. */
export function selfAttention(
  graph: OnnxGraph,
  name: string,
  x: string,
  { query, key, value, outliers }: LayerWeights,
  { shape, precision, causal, rows }: AttentionOptions,
): string {
  const matrix = stackedLinear([query, key, value]);
  const all = productWithoutBias(graph, `${name}.qkv`, x, matrix, {
    precision,
    rows,
    ...outlierInputs(outliers?.attention),
  });
  const bias = graph.constant(`${name}.qkv.bias`, [matrix.outputs], matrix.bias);
  const inputs = [...split(graph, all, 3, rows), bias];
  return attention(graph, inputs, shape, { unidirectional: causal ? 1 : 0 });
}

/** The first token's attention to all: [rows, width] → [N, width]. */
export function firstTokenAttention(
  graph: OnnxGraph,
  name: string,
  x: string,
  weights: LayerWeights,
  { shape, precision, rows }: AttentionOptions,
): string {
  const first = firstTokens(graph, x, rows);
  const query = product(graph, `${name}.query`, first, weights.query, {
    precision,
    rows: rowsOf(graph, first),
    ...outlierInputs(weights.outliers?.attention),
  });
  const one = graph.constant('one', [1], BigInt64Array.of(1n));
  const queries = graph.node('Unsqueeze', [query, one]);
  return crossAttention(graph, name, queries, x, weights, { shape, precision, rows });
}

/** The attention of `query` [N, 1, width], projected already, to all tokens `x` [rows, width]: [N, width]. */
export function crossAttention(
  graph: OnnxGraph,
  name: string,
  query: string,
  x: string,
  { key, value, outliers }: Pick<LayerWeights, 'key' | 'value' | 'outliers'>,
  { shape, precision, rows }: Pick<AttentionOptions, 'shape' | 'precision' | 'rows'>,
): string {
  const both = product(graph, `${name}.kv`, x, stackedLinear([key, value]), {
    precision,
    rows,
    ...outlierInputs(outliers?.attention),
  });
  return attention(graph, [query, ...split(graph, both, 2, rows)], shape);
}

/** @param inputs query, key and value, each [N, tokens, width], and perhaps their bias @returns [rows, width] */
function attention(
  graph: OnnxGraph,
  inputs: readonly string[],
  { heads, width }: TowerShape,
  attributes: Readonly<Record<string, number>> = {},
): string {
  const attended = graph.node('MultiHeadAttention', inputs, {
    domain: 'com.microsoft',
    attributes: { num_heads: heads, ...attributes },
  });
  return underEachOther(graph, attended, width);
}

/** [rows, count × width] → `count` times [N, tokens, width] */
function split(graph: OnnxGraph, x: string, count: number, { bySequence }: SequenceRows): string[] {
  const parts = Array.from({ length: count }, () => graph.unique('part'));
  const tokens = graph.node('Reshape', [x, bySequence]);
  graph.nodeWithOutputs('Split', [tokens], parts, { attributes: { axis: 2, num_outputs: count } });
  return parts;
}
