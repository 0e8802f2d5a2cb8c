import type { TowerShape } from '../read/checkpoint.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';

/**
 * The tokens of all sequences under each other, [rows, width]. Nodes that work token by token take them so, and need no
 * shapes. Only attention needs them by sequence.
 */
export interface Rows {
  /** uint8 [rows], all of them `byte`: zero points for QuantizeLinear. */
  zeros(byte: number): string;
}

export interface SequenceRows extends Rows {
  /** Int64 [3]: sequences, tokens, −1. Lays [rows, C] out as [sequences, tokens, C]. */
  readonly bySequence: string;
  /** Lays [rows, width] out by heads: [sequences, heads, tokens, width / heads]. */
  byHead(x: string): string;
  /** float32 [tokens, tokens]: −∞ where the column's token comes after the row's, else 0. */
  causalMask(): string;
}

/** Rows without their sequences. @param x [rows, width] */
export function rowsOf(graph: OnnxGraph, x: string): Rows {
  const made = new Map<number, string>();
  return {
    zeros: (byte) => {
      const known = made.get(byte);
      if (known !== undefined) return known;
      const count = graph.node('Shape', [x], { attributes: { start: 0, end: 1 } });
      const zeros = graph.node('Expand', [graph.constant('zero', [1], Uint8Array.of(byte)), count]);
      made.set(byte, zeros);
      return zeros;
    },
  };
}

/** @param tokens [sequences, tokens, width] @returns `x` [rows, width] */
export function sequenceRows(
  graph: OnnxGraph,
  tokens: string,
  { width, heads }: Pick<TowerShape, 'width' | 'heads'>,
): { readonly x: string; readonly rows: SequenceRows } {
  const counts = graph.node('Shape', [tokens], { attributes: { start: 0, end: 2 } });
  const rest = graph.constant('rest', [1], BigInt64Array.of(-1n));
  const bySequence = graph.node('Concat', [counts, rest], { attributes: { axis: 0 } });
  const x = underEachOther(graph, tokens, width);
  const head = graph.constant('head', [2], BigInt64Array.from([heads, width / heads], BigInt));
  const headShape = graph.node('Concat', [counts, head], { attributes: { axis: 0 } });
  const byHead = (values: string) =>
    graph.node('Transpose', [graph.node('Reshape', [values, headShape])], {
      attributes: { perm: [0, 2, 1, 3] },
    });
  let mask: string | undefined;
  const causalMask = () => {
    mask ??= maskOfLater(graph, tokens);
    return mask;
  };
  return { x, rows: { ...rowsOf(graph, x), bySequence, byHead, causalMask } };
}

/** @param tokens [sequences, tokens, width] */
function maskOfLater(graph: OnnxGraph, tokens: string): string {
  const count = graph.node('Shape', [tokens], { attributes: { start: 1, end: 2 } });
  const square = graph.node('Concat', [count, count], { attributes: { axis: 0 } });
  const nothing = graph.constant('nothing', [], Float32Array.of(Number.NEGATIVE_INFINITY));
  const filled = graph.node('Expand', [nothing, square]);
  return graph.node('Trilu', [filled, graph.constant('above', [], BigInt64Array.of(1n))], {
    attributes: { upper: 1 },
  });
}

/** [sequences, tokens, width] → [rows, width] */
export function underEachOther(graph: OnnxGraph, tokens: string, width: number): string {
  return graph.node('Reshape', [tokens, graph.constant('rows', [2], BigInt64Array.of(-1n, BigInt(width)))]);
}

/** The first token of every sequence: [rows, width] → [sequences, width]. */
export function firstTokens(graph: OnnxGraph, x: string, { bySequence }: SequenceRows): string {
  const tokens = graph.node('Reshape', [x, bySequence]);
  return graph.node('Gather', [tokens, graph.constant('first', [], BigInt64Array.of(0n))], {
    attributes: { axis: 1 },
  });
}
