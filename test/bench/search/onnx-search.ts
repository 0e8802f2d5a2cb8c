import { InferenceSession, Tensor } from 'onnxruntime-node';
import { onnxGraph } from '../../../functions/checkpoints/compile/write/onnx-graph.ts';

/** The first places of a query among rows, by ONNX Runtime. */
export interface OnnxSearch {
  first(query: Float32Array): Promise<{ readonly rows: BigInt64Array; readonly cosines: Float32Array }>;
  close(): Promise<void>;
}

/**
 * A graph that does what the kernel and the choice of the first do: the query as unsigned bytes × a matrix of int8
 * (MatMulInteger), × a scale a row, TopK; on one thread. Its matrix is a constant, which ONNX Runtime packs: a change of a
 * row is another session.
 *
 * @param matrix [size, rows]
 */
export async function onnxSearch(
  matrix: Int8Array,
  scales: Float32Array,
  size: number,
  first: number,
): Promise<OnnxSearch> {
  const rows = scales.length;
  const graph = onnxGraph('search');
  const query = graph.input('query', 'uint8', [1, size]);
  const zero = graph.constant('zero', [], Uint8Array.of(128));
  const sums = graph.node('MatMulInteger', [query, graph.constant('rows', [size, rows], matrix), zero]);
  const numbers = graph.node('Cast', [sums], { attributes: { to: 1 } });
  const cosines = graph.node('Mul', [numbers, graph.constant('scales', [1, rows], scales)]);
  const count = graph.constant('count', [1], BigInt64Array.of(BigInt(first)));
  graph.nodeWithOutputs('TopK', [cosines, count], ['cosines', 'places']);
  graph.output('cosines', 'float32', [1, first]);
  graph.output('places', 'int64', [1, first]);
  const session = await InferenceSession.create(graph.bytes(), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    executionMode: 'sequential',
    logSeverityLevel: 3,
  });
  return {
    async first(vector) {
      const greatest = Math.max(...vector.map(Math.abs));
      const bytes = Uint8Array.from(vector, (value) => 128 + Math.round((127 * value) / greatest));
      const found = await session.run({ query: new Tensor('uint8', bytes, [1, size]) });
      const [rows, cosines] = [found.places?.data, found.cosines?.data];
      if (!(rows instanceof BigInt64Array && cosines instanceof Float32Array))
        throw new Error('Expected two lists');
      return { rows, cosines: cosines.map((value) => (value * greatest) / 127) };
    },
    close: () => session.release(),
  };
}
