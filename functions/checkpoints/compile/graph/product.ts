import { type Linear, transposed, withInputs, withoutInputs } from '../weights/linear.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import { type Int8Options, int8Product } from './int8-product.ts';

/** The numbers of a model's matrices. */
export type Precision = 'int8' | 'fp32';

export interface ProductOptions extends Int8Options {
  readonly precision: Precision;
  /** Inputs whose weights stay float32 with int8: rounding them would lose more than all others. @default none */
  readonly outliers?: readonly number[];
}

/** y = W x + b for every row: [rows, inputs] → [rows, outputs]. */
export function product(
  graph: OnnxGraph,
  name: string,
  x: string,
  matrix: Linear,
  options: ProductOptions,
): string {
  const bias = graph.constant(`${name}.bias`, [matrix.outputs], matrix.bias);
  return graph.node('Add', [productWithoutBias(graph, name, x, matrix, options), bias]);
}

/** y = W x. */
export function productWithoutBias(
  graph: OnnxGraph,
  name: string,
  x: string,
  matrix: Linear,
  { precision, outliers = [], ...options }: ProductOptions,
): string {
  if (precision === 'fp32') return floatProduct(graph, name, x, matrix);
  const rest = int8Product(graph, name, x, withoutInputs(matrix, outliers), options);
  if (outliers.length === 0) return rest;
  const channels = graph.constant(
    `${name}.outliers`,
    [outliers.length],
    BigInt64Array.from(outliers, BigInt),
  );
  const chosen = graph.node('Gather', [x, channels], { attributes: { axis: 1 } });
  return graph.node('Add', [
    rest,
    floatProduct(graph, `${name}.outliers`, chosen, withInputs(matrix, outliers)),
  ]);
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
