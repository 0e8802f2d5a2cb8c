import { type Linear, transposed, withInputs, withoutInputs } from './linear.ts';
import type { OnnxGraph } from './onnx-graph.ts';
import { quantisedLinear } from './quantise.ts';

/** How a model keeps its matrices. */
export type Precision = 'int8' | 'fp32';

/**
 * y = W x + b for every token: [N, tokens, inputs] → [N, tokens, outputs].
 *
 * With int8, ONNX Runtime quantises the inputs of each run by their largest and smallest value, multiplies whole
 * numbers, and scales the result by what one step of the inputs and of each output's weights is worth.
 */
export function product(
  graph: OnnxGraph,
  name: string,
  x: string,
  matrix: Linear,
  { precision, outliers = [] }: ProductOptions,
): string {
  const bias = graph.constant(`${name}.bias`, [matrix.outputs], matrix.bias);
  if (precision === 'fp32') return graph.node('Add', [floatProduct(graph, name, x, matrix), bias]);
  const { weight, scales } = int8Constants(graph, name, withoutInputs(matrix, outliers));
  const rest = graph.node('DynamicQuantizeMatMul', [x, weight, scales, '', bias], {
    domain: 'com.microsoft',
  });
  if (outliers.length === 0) return rest;
  const channels = graph.constant(
    `${name}.outliers`,
    [outliers.length],
    BigInt64Array.from(outliers, BigInt),
  );
  const chosen = graph.node('Gather', [x, channels], { attributes: { axis: 2 } });
  return graph.node('Add', [
    rest,
    floatProduct(graph, `${name}.outliers`, chosen, withInputs(matrix, outliers)),
  ]);
}

export interface ProductOptions {
  readonly precision: Precision;
  /** Inputs whose weights stay float32 with int8: their rounded weights would cost more than all others. @default none */
  readonly outliers?: readonly number[];
}

/** W x, always with float32 weights: where the bias goes elsewhere, or a matrix is too small to be worth rounding. */
export function floatProduct(graph: OnnxGraph, name: string, x: string, matrix: Linear): string {
  const { inputs, outputs, weight } = matrix;
  return graph.node('MatMul', [
    x,
    graph.constant(`${name}.weight`, [inputs, outputs], transposed(weight, outputs)),
  ]);
}

/** Weights as ONNX Runtime's integer products take them: [inputs, outputs], and the scales of the outputs. */
export function int8Constants(graph: OnnxGraph, name: string, matrix: Linear) {
  const { values, scales } = quantisedLinear(matrix);
  return {
    weight: graph.constant(
      `${name}.weight`,
      [matrix.inputs, matrix.outputs],
      transposed(values, matrix.outputs),
    ),
    scales: graph.constant(`${name}.scales`, [matrix.outputs], scales),
  };
}
