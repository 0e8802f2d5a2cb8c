import type { Checkpoint, TextTowerShape } from '../read/checkpoint.ts';
import { linear } from '../weights/linear.ts';
import { layerWeights, normWeights } from '../weights/tower-weights.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import { CAST_TO_INT32 } from '../write/onnx-messages.ts';
import { layer, norm, type Stream } from './layer.ts';
import { floatProduct, type Precision } from './product.ts';
import { sequenceRows } from './rows.ts';
import { type TokenTable, tokenVectors, wholeTokenTable } from './token-table.ts';
import type { TowerOptions } from './tower-options.ts';

/** Writes the text encoder: `ids` int64 [N, length] → `embedding` float32 [N, embeddingSize], unit length. */
export async function textGraph(
  graph: OnnxGraph,
  checkpoint: Checkpoint,
  { precision, prepare = async (weights) => weights }: TowerOptions,
): Promise<void> {
  const { text: shape, embeddingSize } = checkpoint;
  const ids = graph.input('ids', 'int64', ['N', 'L']);
  const { x, rows } = sequenceRows(graph, await textTokens(graph, checkpoint, ids, precision), shape);
  let stream: Stream = { base: x };
  for (let index = 0; index < shape.layers; index++) {
    const weights = await prepare(await layerWeights(checkpoint, 'text', index), index);
    const options = { shape, precision, rows, causal: shape.causal, firstTokenOnly: false };
    stream = layer(graph, `layer${index}`, stream, weights, options).stream;
  }
  const sum = stream.added ? graph.node('Add', [stream.base, stream.added]) : stream.base;
  const pooled = pooledToken(graph, shape, ids, graph.node('Reshape', [sum, rows.bySequence]));
  const after = await normWeights(checkpoint, 'text.normAfter');
  const { normed } = norm(graph, 'normAfter', { base: pooled }, after, shape);
  const projected = await projection(graph, checkpoint, normed);
  graph.node('LpNormalization', [projected], { output: 'embedding', attributes: { axis: 1, p: 2 } });
  graph.output('embedding', 'float32', ['N', embeddingSize]);
}

/** The tokens that the first layer takes: [N, length, width]. @param table the rows that `ids` mean */
export async function textTokens(
  graph: OnnxGraph,
  checkpoint: Checkpoint,
  ids: string,
  precision: Precision,
  table: TokenTable = wholeTokenTable(checkpoint),
): Promise<string> {
  const { width, contextLength } = checkpoint.text;
  const rows = await tokenVectors(graph, table, ids, precision);
  const positions = graph.constant(
    'positions',
    [contextLength, width],
    await checkpoint.read('text.positions'),
  );
  const length = graph.node('Shape', [ids], { attributes: { start: 1, end: 2 } });
  const zero = graph.constant('zero', [1], BigInt64Array.of(0n));
  return graph.node('Add', [rows, graph.node('Slice', [positions, zero, length, zero])]);
}

/** The token of each text whose embedding counts: [N, length, width] → [N, width]. */
function pooledToken(graph: OnnxGraph, shape: TextTowerShape, ids: string, tokens: string): string {
  if (shape.pooling === 'last') {
    return graph.node('Gather', [tokens, graph.constant('last', [], BigInt64Array.of(-1n))], {
      attributes: { axis: 1 },
    });
  }
  const endToken = graph.constant('endToken', [], BigInt64Array.of(BigInt(shape.endToken)));
  const isEnd = graph.node('Cast', [graph.node('Equal', [ids, endToken])], {
    attributes: { to: CAST_TO_INT32 },
  });
  const place = graph.node('ArgMax', [isEnd], { attributes: { axis: 1, keepdims: 1 } });
  return graph.node('GatherND', [tokens, place], { attributes: { batch_dims: 1 } });
}

async function projection(graph: OnnxGraph, checkpoint: Checkpoint, normed: string): Promise<string> {
  const { embeddingSize, text } = checkpoint;
  const weight = await checkpoint.read('text.projection.weight');
  const bias = text.projectionBias
    ? await checkpoint.read('text.projection.bias')
    : new Float32Array(embeddingSize);
  const output = floatProduct(graph, 'projection', normed, linear(weight, bias));
  if (!text.projectionBias) return output;
  return graph.node('Add', [output, graph.constant('projection.bias', [embeddingSize], bias)]);
}
