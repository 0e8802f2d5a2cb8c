import type { TowerShape } from '../read/checkpoint.ts';
import type { LayerWeights } from '../weights/layer-weights.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import {
  outlierInputs,
  type Precision,
  type ProductInputs,
  product,
  productInputs,
  productWithoutBias,
  withBias,
} from './product.ts';
import { firstTokens, rowsOf, type SequenceRows, underEachOther } from './rows.ts';

export interface AttentionOptions {
  readonly shape: TowerShape;
  readonly precision: Precision;
  /** How the tokens belong together. */
  readonly rows: SequenceRows;
  /** Whether a token sees only itself and those before it. */
  readonly causal: boolean;
}

/** The attention of every token to all: [rows, width] → [rows, width], less the values' bias. */
export function selfAttention(
  graph: OnnxGraph,
  name: string,
  x: string,
  { query, key, value, outliers }: LayerWeights,
  { shape, precision, causal, rows }: AttentionOptions,
): string {
  const inputs = productInputs(graph, x, { precision, rows, ...outlierInputs(outliers?.attention) });
  const queries = productWithoutBias(graph, `${name}.query`, inputs, query);
  return attention(graph, shape, {
    query: rows.byHead(withBias(graph, `${name}.query`, queries, query)),
    ...keysAndValues(graph, name, inputs, { key, value, rows }),
    ...(causal && { mask: rows.causalMask() }),
  });
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
  return crossAttention(graph, name, query, x, weights, { shape, precision, rows });
}

/** The attention of one query a sequence, projected already, to all tokens: [N, width] and [rows, width] → [N, width]. */
export function crossAttention(
  graph: OnnxGraph,
  name: string,
  query: string,
  x: string,
  { key, value, outliers }: Pick<LayerWeights, 'key' | 'value' | 'outliers'>,
  { shape, precision, rows }: Pick<AttentionOptions, 'shape' | 'precision' | 'rows'>,
): string {
  const { heads, width } = shape;
  const single = BigInt64Array.from([-1, heads, 1, width / heads], BigInt);
  const inputs = productInputs(graph, x, { precision, rows, ...outlierInputs(outliers?.attention) });
  return attention(graph, shape, {
    query: graph.node('Reshape', [query, graph.constant('single', [4], single)]),
    ...keysAndValues(graph, name, inputs, { key, value, rows }),
  });
}

/** Without their biases: that of keys moves all logits of a query alike, that of values is added after attention. */
function keysAndValues(
  graph: OnnxGraph,
  name: string,
  inputs: ProductInputs,
  { key, value, rows }: Pick<LayerWeights, 'key' | 'value'> & Pick<AttentionOptions, 'rows'>,
): Pick<AttentionInputs, 'key' | 'value'> {
  return {
    key: rows.byHead(productWithoutBias(graph, `${name}.key`, inputs, key)),
    value: rows.byHead(productWithoutBias(graph, `${name}.value`, inputs, value)),
  };
}

interface AttentionInputs {
  /** Each [N, heads, tokens, width / heads]; only queries have their bias. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  /** Added before the softmax: [tokens, tokens]. */
  readonly mask?: string;
}

/**
 * softmax(q k / √size) v for every head: → [rows, width].
 *
 * ONNX Runtime's one node for it, MultiHeadAttention, takes half as long again, with what splits its inputs (1.30,
 * eight images of 50 tokens, 12 heads).
 */
function attention(
  graph: OnnxGraph,
  { heads, width }: TowerShape,
  { query, key, value, mask }: AttentionInputs,
): string {
  const logits = graph.node('FusedMatMul', [query, key], {
    domain: 'com.microsoft',
    attributes: { alpha: { float: Math.sqrt(heads / width) }, transB: 1 },
  });
  const masked = mask === undefined ? logits : graph.node('Add', [logits, mask]);
  const shares = graph.node('Softmax', [masked], { attributes: { axis: 3 } });
  const attended = graph.node('MatMul', [shares, value]);
  const byToken = graph.node('Transpose', [attended], { attributes: { perm: [0, 2, 1, 3] } });
  return underEachOther(graph, byToken, width);
}
