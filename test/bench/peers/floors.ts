import { readFile } from 'node:fs/promises';
import { Tensor } from 'onnxruntime-node';
import sharp from 'sharp';
import { openOnnxSession } from '../../../functions/adapters/onnx/session.ts';
import type { ImageTowerShape } from '../../../functions/checkpoints/compile/read/checkpoint.ts';
import { openCheckpoint } from '../../../functions/checkpoints/compile/read/checkpoint-folder.ts';
import { onnxGraph } from '../../../functions/checkpoints/compile/write/onnx-graph.ts';
import { median, minimum, type Times } from './rounds.ts';

/*
 * What nobody can be faster than on this machine: the encoder's products at the speed of a product of bytes whose
 * weights lie in the cache, and the entropy decoding of the file, which gives no pixel before all of it is read.
 */
const RUNS = 30;
const PRODUCTS = 20;
/** Rows as an image has tokens, and weights that the second-level cache holds. */
const [ROWS, INPUTS, OUTPUTS] = [48, 768, 768];

export async function productsFloor(
  checkpointFolder: string,
): Promise<{ readonly milliseconds: number; readonly line: string }> {
  const checkpoint = await openCheckpoint(checkpointFolder);
  const gigaProducts = imageProducts(checkpoint.image) / 1e9;
  await checkpoint.close();
  const speed = await byteProductsPerSecond();
  const milliseconds = (1000 * gigaProducts) / (speed / 1e9);
  const line = `  products of bytes, weights in the cache: ${(speed / 1e9).toFixed(0)} billion a second; an image's ${gigaProducts.toFixed(2)} billion take ${milliseconds.toFixed(1)} ms`;
  return { milliseconds, line };
}

/** With the last layer's queries, output and MLP for the class token only; attention itself is left out. */
function imageProducts({ width, mlpWidth, layers, tokens, patchSize }: ImageTowerShape): number {
  const layer = 4 * width ** 2 + 2 * width * mlpWidth;
  const last = tokens * 2 * width ** 2 + 2 * width ** 2 + 2 * width * mlpWidth;
  return tokens * layer * (layers - 1) + last + tokens * width * patchSize ** 2 * 3;
}

/** Each product takes its inputs from nothing but the graph's input, so that all read the same weights. */
async function byteProductsPerSecond(): Promise<number> {
  const graph = onnxGraph('products');
  const x = graph.input('x', 'uint8', [ROWS, INPUTS]);
  const weight = graph.constant('weight', [INPUTS, OUTPUTS], new Int8Array(INPUTS * OUTPUTS).fill(1));
  const first = graph.constant('first', [1], BigInt64Array.of(0n));
  const rows = Array.from({ length: PRODUCTS }, (_, i) => {
    // Zero points of their own keep the optimizer from making one product of all; a row is kept of each, since to keep
    // them whole takes memory that is not in the cache.
    const zero = graph.constant('zero', [], Uint8Array.of(i));
    const product = graph.node('MatMulInteger', [x, weight, zero]);
    return graph.node('Gather', [product, first], { attributes: { axis: 0 } });
  });
  graph.node('Concat', rows, { output: 'y', attributes: { axis: 0 } });
  graph.output('y', 'int32', [PRODUCTS, OUTPUTS]);
  const session = await openOnnxSession(graph.bytes(), { threads: 1 });
  const feeds = { x: new Tensor('uint8', new Uint8Array(ROWS * INPUTS).fill(1), [ROWS, INPUTS]) };
  const milliseconds = minimum(await timesOf(() => session.run(feeds)));
  await session.release();
  return (PRODUCTS * ROWS * INPUTS * OUTPUTS) / (milliseconds / 1000);
}

/** What the file costs to be read at an eighth, pixels thrown away, and what is left of the lead over each at best. */
export async function floorLines(path: string, products: number, times: Times): Promise<string[]> {
  const bytes = await readFile(path);
  const { width = 0, height = 0 } = await sharp(bytes).metadata();
  const eighth = { width: Math.ceil(width / 16), height: Math.ceil(height / 16) };
  const reading = minimum(
    await timesOf(() =>
      sharp(bytes).resize(eighth.width, eighth.height, { fit: 'fill', kernel: 'nearest' }).raw().toBuffer(),
    ),
  );
  const least = reading + products;
  return [
    `  reading the JPEG's code ${reading.toFixed(1)} ms + products ${products.toFixed(1)} ms = ${least.toFixed(1)} ms`,
    ...[...times].map(([name, costs]) => {
      const [fastest, middle] = [minimum, median].map((pick) =>
        pick(costs.map(({ processor }) => processor)),
      );
      const ratios = [fastest, middle].map((value) => `${((value ?? Number.NaN) / least).toFixed(2)} ×`);
      return `  ${name.padEnd(26)} takes ${ratios.join(' / ')} that by the processor`;
    }),
  ];
}

async function timesOf(work: () => Promise<unknown>): Promise<number[]> {
  const times: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  return times;
}
