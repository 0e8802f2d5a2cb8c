import type { Checkpoint } from '../read/checkpoint.ts';
import { type Linear, linear } from './linear.ts';

const CHANNELS = 3;
/** Pixel values are 0 to 255; checkpoints are trained with values from 0 to 1, which are then normalised. */
const PIXEL_MAXIMUM = 255;

/**
 * The patch embedding as a product that takes pixel values as they are: (p / 255 − mean) / std is linear, so it goes
 * into weights and bias. Its inputs are ordered as pixels are, (row, column, channel), instead of PyTorch's
 * (channel, row, column).
 *
 * @returns a product [width, patchSize × patchSize × 3] of pixel values 0 to 255
 */
export async function patchWeights(checkpoint: Checkpoint): Promise<Linear> {
  const { width, patchSize, patchBias } = checkpoint.image;
  const { mean, std } = checkpoint.preprocessing;
  const trained = await checkpoint.read('image.patch.weight');
  const bias = patchBias ? await checkpoint.read('image.patch.bias') : new Float32Array(width);
  const area = patchSize * patchSize;
  const weight = new Float32Array(trained.length);
  const folded = Float64Array.from(bias);
  for (let output = 0; output < width; output++) {
    const start = output * area * CHANNELS;
    for (let channel = 0; channel < CHANNELS; channel++) {
      const [offset, deviation] = [mean[channel] ?? 0, std[channel] ?? 1];
      for (let position = 0; position < area; position++) {
        const value = (trained[start + channel * area + position] ?? 0) / deviation;
        weight[start + position * CHANNELS + channel] = value / PIXEL_MAXIMUM;
        folded[output] = (folded[output] ?? 0) - value * offset;
      }
    }
  }
  return linear(weight, Float32Array.from(folded));
}

/** The product with the same result for inputs minus `centre`: W (p − c) + (b + c W 1). */
export function forCentredInputs({ weight, bias, inputs, outputs }: Linear, centre: number): Linear {
  const moved = Float32Array.from({ length: outputs }, (_, output) => {
    let sum = 0;
    for (let i = output * inputs; i < (output + 1) * inputs; i++) sum += weight[i] ?? 0;
    return (bias[output] ?? 0) + centre * sum;
  });
  return { weight, bias: moved, inputs, outputs };
}
