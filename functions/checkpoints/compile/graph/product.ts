import { type Linear, transposed, withInputs, withoutInputs } from '../weights/linear.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import { type Int8Inputs, type Int8Options, int8Inputs, int8Product } from './int8-product.ts';

/** The numbers of a model's matrices. */
export type Precision = 'int8' | 'fp32';

export interface ProductOptions extends Int8Options {
  readonly precision: Precision;
  /** Inputs whose weights stay float32 with int8: rounding them would lose more than all others. @default none */
  readonly outliers?: readonly number[];
}

/** What products take; several of the same values share it. */
export interface ProductInputs {
  /** The values: [rows, inputs]. */
  readonly x: string;
  /** The same, rounded; missing with float32. */
  readonly rounded?: Int8Inputs;
  /** Those inputs whose weights stay float32, if any. */
  readonly outliers?: { readonly channels: readonly number[]; readonly x: string };
}

export function productInputs(
  graph: OnnxGraph,
  x: string,
  { precision, outliers = [], ...options }: ProductOptions,
): ProductInputs {
  if (precision === 'fp32') return { x };
  const rounded = int8Inputs(graph, x, options);
  if (outliers.length === 0) return { x, rounded };
  const channels = graph.constant('outliers', [outliers.length], BigInt64Array.from(outliers, BigInt));
  const chosen = graph.node('Gather', [x, channels], { attributes: { axis: 1 } });
  return { x, rounded, outliers: { channels: outliers, x: chosen } };
}

/** y = W x + b for every row: [rows, inputs] → [rows, outputs]. */
export function product(
  graph: OnnxGraph,
  name: string,
  x: string,
  matrix: Linear,
  options: ProductOptions,
): string {
  const y = productWithoutBias(graph, name, productInputs(graph, x, options), matrix);
  return withBias(graph, name, y, matrix);
}

/** y = W x. */
export function productWithoutBias(
  graph: OnnxGraph,
  name: string,
  { x, rounded, outliers }: ProductInputs,
  matrix: Linear,
): string {
  if (!rounded) return floatProduct(graph, name, x, matrix);
  const rest = int8Product(graph, name, rounded, withoutInputs(matrix, outliers?.channels ?? []));
  if (!outliers) return rest;
  const chosen = withInputs(matrix, outliers.channels);
  return graph.node('Add', [rest, floatProduct(graph, `${name}.outliers`, outliers.x, chosen)]);
}

export function withBias(graph: OnnxGraph, name: string, y: string, { outputs, bias }: Linear): string {
  return graph.node('Add', [y, graph.constant(`${name}.bias`, [outputs], bias)]);
}

/** y = W x, always with float32 weights. */
export function floatProduct(graph: OnnxGraph, name: string, x: string, matrix: Linear): string {
  const { inputs, outputs, weight } = matrix;
  return graph.node('MatMul', [
    x,
    graph.constant(`${name}.weight`, [inputs, outputs], transposed(weight, outputs)),
  ]);
}

/** The option `outliers`, where there are any. */
export function outlierInputs(outliers: readonly number[] | undefined): Pick<ProductOptions, 'outliers'> {
  return outliers ? { outliers } : {};
}
