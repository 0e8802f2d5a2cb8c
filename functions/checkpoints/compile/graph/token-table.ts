import type { Checkpoint } from '../read/checkpoint.ts';
import { quantisedRows } from '../weights/quantise.ts';
import type { OnnxGraph } from '../write/onnx-graph.ts';
import { CAST_TO_FLOAT32 } from '../write/onnx-messages.ts';
import type { Precision } from './product.ts';

/**
 * The vectors of a text tower's tokens, [tokens, width]. SigLIP 2 has 256,000 of 768 numbers, 786 MB: twice all the rest
 * of the model. So they are read row by row, and the runtime maps what is written of them: a text loads its own rows.
 */
export interface TokenTable {
  readonly tokens: number;
  readonly width: number;
  rows(first: number, count: number): Promise<Float32Array>;
}

/** All tokens of a checkpoint. */
export function wholeTokenTable({ text, readTokenRows }: Checkpoint): TokenTable {
  return { tokens: text.vocabularySize, width: text.width, rows: readTokenRows };
}

/** Some tokens of a checkpoint, and the ids that they have in this table. */
export async function partOfTokenTable(
  { text: { width }, readTokenRows }: Checkpoint,
  ids: ReadonlySet<number>,
): Promise<{ readonly table: TokenTable; readonly idOf: ReadonlyMap<number, number> }> {
  const sorted = [...ids].sort((a, b) => a - b);
  const vectors = new Float32Array(sorted.length * width);
  for (const [i, id] of sorted.entries()) vectors.set(await readTokenRows(id, 1), i * width);
  return {
    table: {
      tokens: sorted.length,
      width,
      rows: async (first, count) => vectors.subarray(first * width, (first + count) * width),
    },
    idOf: new Map(sorted.map((id, i) => [id, i])),
  };
}

/** The vectors of `ids`: [N, length, width]. With int8 each row of the table has its own scale. */
export async function tokenVectors(
  graph: OnnxGraph,
  table: TokenTable,
  ids: string,
  precision: Precision,
): Promise<string> {
  const { tokens, width } = table;
  if (precision === 'fp32') {
    return graph.node('Gather', [
      graph.constant('tokens', [tokens, width], await table.rows(0, tokens)),
      ids,
    ]);
  }
  const { values, scales } = await int8Table(table);
  const steps = graph.node('Gather', [graph.constant('tokens', [tokens, width], values), ids]);
  const worth = graph.node('Gather', [graph.constant('tokens.scales', [tokens, 1], scales), ids]);
  const whole = graph.node('Cast', [steps], { attributes: { to: CAST_TO_FLOAT32 } });
  return graph.node('Mul', [whole, worth]);
}

/** Rows that are float32 at the same time. */
const ROWS_AT_ONCE = 4096;

async function int8Table({ tokens, width, rows }: TokenTable) {
  const values = new Int8Array(tokens * width);
  const scales = new Float32Array(tokens);
  for (let first = 0; first < tokens; first += ROWS_AT_ONCE) {
    const count = Math.min(ROWS_AT_ONCE, tokens - first);
    const rounded = quantisedRows(await rows(first, count), count);
    values.set(rounded.values, first * width);
    scales.set(rounded.scales, first);
  }
  return { values, scales };
}
