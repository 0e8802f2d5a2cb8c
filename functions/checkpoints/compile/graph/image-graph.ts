import type { Checkpoint, ImageTowerShape } from '../read/checkpoint.ts';
import { forShiftedInputs, type Linear, linear } from '../weights/linear.ts';
import { forCentredInputs, patchWeights } from '../weights/patch-weights.ts';
import { layerWeights, linearWeights, normWeights } from '../weights/tower-weights.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import { CAST_TO_FLOAT32 } from '../write/onnx-messages.ts';
import { crossAttention } from './attention.ts';
import { int8Constants } from './int8-product.ts';
import { feedForward, layer, norm, type Stream } from './layer.ts';
import { floatProduct, type Precision, product } from './product.ts';
import { rowsOf, type SequenceRows, sequenceRows } from './rows.ts';
import type { TowerOptions } from './tower-options.ts';

/** Writes the image encoder: `pixels` uint8 [N, size, size, 3] → `embedding` float32 [N, embeddingSize], unit length. */
export async function imageGraph(
  graph: OnnxGraph,
  checkpoint: Checkpoint,
  { precision, prepare = async (weights) => weights }: TowerOptions,
): Promise<void> {
  const { image: shape, embeddingSize } = checkpoint;
  const { x, rows } = sequenceRows(graph, await imageTokens(graph, checkpoint, precision), shape);
  let stream: Stream = { base: x };
  for (let index = 0; index < shape.layers; index++) {
    const weights = await prepare(await layerWeights(checkpoint, 'image', index), index);
    const firstTokenOnly = shape.pooling === 'class' && index === shape.layers - 1;
    const options = { shape, precision, rows, causal: false, firstTokenOnly };
    stream = layer(graph, `layer${index}`, stream, weights, options).stream;
  }
  const after = await normWeights(checkpoint, 'image.normAfter');
  const { normed } = norm(graph, 'normAfter', stream, after, shape);
  const pooled =
    shape.pooling === 'class'
      ? await projectedClass(graph, checkpoint, normed)
      : await attentionPooled(graph, checkpoint, { x: normed, rows }, precision);
  graph.node('LpNormalization', [pooled], { output: 'embedding', attributes: { axis: 1, p: 2 } });
  graph.output('embedding', 'float32', ['N', embeddingSize]);
}

/** The tokens that the first layer takes: [N, tokens, width]. Declares the input `pixels`. */
export async function imageTokens(
  graph: OnnxGraph,
  checkpoint: Checkpoint,
  precision: Precision,
): Promise<string> {
  const { image: shape } = checkpoint;
  const { width, tokens, hasClassToken, hasNormBefore } = shape;
  const { bias, ...folded } = await patchWeights(checkpoint);
  const centred = forCentredInputs({ ...folded, bias }, precision === 'int8' ? PIXEL_CENTRE : 0);
  const patches = patchProduct(graph, pixelPatches(graph, shape), centred, precision);
  const positions = await checkpoint.read('image.positions');
  const first = hasClassToken ? 1 : 0;
  for (let i = first * width; i < positions.length; i++) {
    positions[i] = (positions[i] ?? 0) + (centred.bias[i % width] ?? 0);
  }
  if (hasClassToken)
    (await checkpoint.read('image.class')).forEach((value, i) => {
      positions[i] = (positions[i] ?? 0) + value;
    });
  const offsets = graph.constant('positions', [tokens, width], positions);
  const padded = hasClassToken ? withEmptyFirstToken(graph, patches) : patches;
  if (!hasNormBefore) return graph.node('Add', [padded, offsets]);
  const before = await normWeights(checkpoint, 'image.normBefore');
  return norm(graph, 'normBefore', { base: offsets, added: padded }, before, shape).normed;
}

/** CLIP's mean of green (0.458 × 255), the middle of its three: about it, errors of rounded weights cancel out. */
const PIXEL_CENTRE = 117;

/** Uint8 [N, patches, patchSize × patchSize × 3]. */
function pixelPatches(graph: OnnxGraph, { imageSize, patchSize }: ImageTowerShape): string {
  let pixels = graph.input('pixels', 'uint8', ['N', imageSize, imageSize, 3]);
  const side = Math.floor(imageSize / patchSize);
  if (side * patchSize < imageSize) {
    pixels = graph.node('Slice', [
      pixels,
      int64Constant(graph, [0, 0]),
      int64Constant(graph, [side * patchSize, side * patchSize]),
      int64Constant(graph, [1, 2]),
    ]);
  }
  const rows = graph.node('Reshape', [
    pixels,
    int64Constant(graph, [-1, side, patchSize, side, patchSize * 3]),
  ]);
  const sorted = graph.node('Transpose', [rows], { attributes: { perm: [0, 1, 3, 2, 4] } });
  return graph.node('Reshape', [sorted, int64Constant(graph, [-1, side * side, patchSize * patchSize * 3])]);
}

/** W p without the bias. With int8 only the weights are rounded: pixel values are whole numbers already. */
function patchProduct(graph: OnnxGraph, patches: string, weights: Linear, precision: Precision): string {
  if (precision === 'fp32') {
    const values = graph.node('Cast', [patches], { attributes: { to: CAST_TO_FLOAT32 } });
    return floatProduct(graph, 'patch', values, weights);
  }
  const { weight, scales } = int8Constants(graph, 'patch', weights);
  const one = graph.constant('one', [], Float32Array.of(1));
  const centre = graph.constant('centre', [], Uint8Array.of(PIXEL_CENTRE));
  return graph.node('MatMulIntegerToFloat', [patches, weight, one, scales, centre], {
    domain: 'com.microsoft',
  });
}

/** The class token is a constant, which is added with the positions: here only its empty row is made. */
function withEmptyFirstToken(graph: OnnxGraph, patches: string): string {
  return graph.node('Pad', [patches, int64Constant(graph, [0, 1, 0, 0, 0, 0])]);
}

async function projectedClass(graph: OnnxGraph, checkpoint: Checkpoint, normed: string): Promise<string> {
  const projection = await checkpoint.read('image.projection');
  const matrix = linear(projection, new Float32Array(checkpoint.embeddingSize));
  return floatProduct(graph, 'projection', normed, matrix);
}

/** SigLIP's head: p = attention(probe, tokens), then p + mlp(norm(p)). */
async function attentionPooled(
  graph: OnnxGraph,
  checkpoint: Checkpoint,
  { x, rows }: { readonly x: string; readonly rows: SequenceRows },
  precision: Precision,
): Promise<string> {
  const { image: shape } = checkpoint;
  const probe = await checkpoint.read('image.pool.probe');
  const query = await linearWeights(checkpoint, 'image.pool.query');
  const weights = {
    key: await linearWeights(checkpoint, 'image.pool.key'),
    value: await linearWeights(checkpoint, 'image.pool.value'),
    up: await linearWeights(checkpoint, 'image.pool.up'),
    down: await linearWeights(checkpoint, 'image.pool.down'),
  };
  const queries = forEveryImage(graph, rows, applied(query, probe));
  const attended = crossAttention(graph, 'pool', queries, x, weights, { shape, precision, rows });
  const out = forShiftedInputs(await linearWeights(checkpoint, 'image.pool.out'), weights.value.bias);
  const one = { shape, precision, rows: rowsOf(graph, attended) };
  const pooled = product(graph, 'pool.out', attended, out, one);
  const after = await normWeights(checkpoint, 'image.pool.norm');
  const { normed } = norm(graph, 'pool.norm', { base: pooled }, after, shape);
  const { output } = feedForward(graph, 'pool', normed, weights, one);
  return graph.node('Add', [pooled, output]);
}

/** A vector [width] as [N, width]. */
function forEveryImage(graph: OnnxGraph, { bySequence }: SequenceRows, vector: Float32Array): string {
  const constant = graph.constant('probe', [1, vector.length], vector);
  const count = graph.node('Gather', [bySequence, int64Constant(graph, [0])]);
  const shape = graph.node('Concat', [count, int64Constant(graph, [vector.length])], {
    attributes: { axis: 0 },
  });
  return graph.node('Expand', [constant, shape]);
}

/** W x + b. */
function applied({ weight, bias, inputs }: Linear, x: Float32Array): Float32Array {
  return bias.map((value, output) =>
    x.reduce((sum, item, i) => sum + item * (weight[output * inputs + i] ?? 0), value),
  );
}

function int64Constant(graph: OnnxGraph, values: readonly number[]): string {
  return graph.constant('int64', [values.length], BigInt64Array.from(values, BigInt));
}
