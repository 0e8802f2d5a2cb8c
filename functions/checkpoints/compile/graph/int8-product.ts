import { type Linear, transposed } from '../weights/linear.ts';
import { quantisedLinear } from '../weights/quantise.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import type { Rows } from './rows.ts';

export interface Int8Options {
  /** The rows of the inputs. */
  readonly rows: Rows;
  /** Whether the inputs come from an activation, which lets little through below zero. @default false */
  readonly oneSided?: boolean;
}

/** The largest unsigned byte. */
const LEVELS = 255;
/** The byte that stands for zero in a token's inputs. Activations end at −0.17 (gelu): an eighth is below. */
const ZERO = { twoSided: 128, oneSided: 32 } as const;
/** The step of a token that is all zeros. */
const MINIMUM_STEP = 1e-12;

/** Inputs of a product, rounded; shared by all products of the same inputs. */
export interface Int8Inputs {
  /** uint8 [rows, inputs]. */
  readonly bytes: string;
  /** The byte that stands for zero. */
  readonly zeroByte: number;
  /** The step of each token: [rows, 1]. */
  readonly column: string;
}

/**
 * Rounds each token's inputs in steps of its own, by which its outputs are scaled back. DynamicQuantizeMatMul
 * finds one range for the whole run instead: an image's embedding then depends on its neighbours in the batch, and
 * tokens of large numbers take precision from all others. Steps fixed ahead by samples would save a ViT-B/32 a tenth of
 * its time at most (1.30; then products add the bias themselves), but a test model with outlier channels lay twice as
 * far from float32 with pictures unlike the samples (cosine 0.9987 instead of 0.9994).
 */
export function int8Inputs(graph: OnnxGraph, x: string, { rows, oneSided = false }: Int8Options): Int8Inputs {
  const zeroByte = oneSided ? ZERO.oneSided : ZERO.twoSided;
  const steps = tokenSteps(graph, x, zeroByte);
  const bytes = graph.node('QuantizeLinear', [x, steps, rows.zeros(zeroByte)], { attributes: { axis: 0 } });
  const column = graph.node('Unsqueeze', [steps, graph.constant('one', [1], BigInt64Array.of(1n))]);
  return { bytes, zeroByte, column };
}

/** W x in whole numbers, for every token: [rows, inputs] → [rows, outputs]. */
export function int8Product(
  graph: OnnxGraph,
  name: string,
  { bytes, zeroByte, column }: Int8Inputs,
  matrix: Linear,
): string {
  const { weight, scales } = int8Constants(graph, name, matrix);
  const one = graph.constant('one', [], Float32Array.of(1));
  const zero = graph.constant('zero', [], Uint8Array.of(zeroByte));
  const whole = graph.node('MatMulIntegerToFloat', [bytes, weight, one, scales, zero], {
    domain: 'com.microsoft',
  });
  return graph.node('Mul', [whole, column]);
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

/** The step of each token, large enough for its largest and its smallest number, so that none is clipped: [rows]. */
function tokenSteps(graph: OnnxGraph, x: string, zero: number): string {
  const last = graph.constant('last', [1], BigInt64Array.of(-1n));
  const share = (reduce: 'ReduceMax' | 'ReduceMin', levels: number) =>
    graph.node('Mul', [
      graph.node(reduce, [x, last], { attributes: { keepdims: 0 } }),
      graph.constant('share', [], Float32Array.of(1 / levels)),
    ]);
  return graph.node('Max', [
    share('ReduceMax', LEVELS - zero),
    share('ReduceMin', -zero),
    graph.constant('smallest', [], Float32Array.of(MINIMUM_STEP)),
  ]);
}
