/** y = W x + b. */
export interface Linear {
  readonly outputs: number;
  readonly inputs: number;
  /** Shape [outputs, inputs], row-major. */
  readonly weight: Float32Array;
  /** Shape [outputs]. */
  readonly bias: Float32Array;
}

export function linear(weight: Float32Array, bias: Float32Array): Linear {
  return { outputs: bias.length, inputs: weight.length / bias.length, weight, bias };
}

/** The product with the same result for inputs that are divided by `scales`, shape [inputs]. */
export function forDividedInputs({ weight, ...rest }: Linear, scales: Float32Array): Linear {
  return { ...rest, weight: weight.map((value, i) => value * (scales[i % rest.inputs] ?? 1)) };
}

/** The product with the same result for inputs from which `offset` is missing: W (x + o) + b; shape [inputs]. */
export function forShiftedInputs({ weight, bias, inputs, outputs }: Linear, offset: Float32Array): Linear {
  const moved = bias.map((value, output) =>
    offset.reduce((sum, item, i) => sum + item * (weight[output * inputs + i] ?? 0), value),
  );
  return { weight, bias: moved, inputs, outputs };
}

/** The product whose result is divided by `scales`, shape [outputs]. */
export function withDividedOutputs({ weight, bias, outputs, inputs }: Linear, scales: Float32Array): Linear {
  return {
    outputs,
    inputs,
    weight: weight.map((value, i) => value / (scales[Math.floor(i / inputs)] ?? 1)),
    bias: bias.map((value, i) => value / (scales[i] ?? 1)),
  };
}

/** The product of some of the inputs only. */
export function withInputs({ weight, inputs, outputs, bias }: Linear, channels: readonly number[]): Linear {
  const chosen = new Float32Array(outputs * channels.length);
  for (let output = 0; output < outputs; output++) {
    channels.forEach((channel, i) => {
      chosen[output * channels.length + i] = weight[output * inputs + channel] ?? 0;
    });
  }
  return { weight: chosen, inputs: channels.length, outputs, bias };
}

/** The product without some of the inputs: their weights are zero. */
export function withoutInputs(matrix: Linear, channels: readonly number[]): Linear {
  if (channels.length === 0) return matrix;
  const weight = matrix.weight.slice();
  for (let start = 0; start < weight.length; start += matrix.inputs) {
    for (const channel of channels) weight[start + channel] = 0;
  }
  return { ...matrix, weight };
}

/** A matrix [rows, columns] as [columns, rows]. */
export function transposed<Values extends Float32Array | Int8Array>(matrix: Values, rows: number): Values {
  const columns = matrix.length / rows;
  const result = matrix.slice() as Values;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = matrix[row * columns + column] ?? 0;
    }
  }
  return result;
}
