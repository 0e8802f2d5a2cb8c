/*
 * Encodes pictures as the tagging function does, on one thread, as it is told on standard input (see contender.ts).
 *
 *   node --import tsx cliptag-contender.ts MODEL_FOLDER
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type Model, readModel } from '../../../functions/adapters/model-folder.ts';
import { onnxImageEncoder } from '../../../functions/adapters/onnxruntime.ts';
import { sharpPixelDecoder } from '../../../functions/adapters/sharp.ts';
import type { Pixels } from '../../../functions/core/pixels.ts';
import type { ImageEncoder } from '../../../functions/core/ports.ts';
import type { Answer, Request } from './contender.ts';

const [folder = ''] = process.argv.slice(2);
const decoder = sharpPixelDecoder();
let model: Model;
let encoder: ImageEncoder;

async function open(): Promise<void> {
  model = await readModel(folder);
  encoder = await onnxImageEncoder(model, { threads: 1 });
}

async function answer(request: Request): Promise<Answer> {
  if (request.task === 'open') return { milliseconds: [await timed(open)] };
  if (request.task === 'encode') {
    const batch = Array.from({ length: request.batch }, noise);
    return { milliseconds: await repeated(request.runs, () => encoder.encode(batch)) };
  }
  let embedding: number[] = [];
  const milliseconds = await repeated(request.runs, async () => {
    const pixels = await decoder.decode(await readFile(request.path), encoder.pixelSpec);
    const [first] = await encoder.encode([pixels]);
    embedding = [...(first?.values ?? [])];
  });
  return { milliseconds, embedding };
}

function noise(): Pixels {
  const { size } = model.manifest.image;
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 2_654_435_761) >>> 24);
  return { size, data, width: size, height: size, format: 'noise' };
}

async function repeated(runs: number, work: () => Promise<unknown>): Promise<number[]> {
  const milliseconds: number[] = [];
  for (let run = 0; run < runs; run++) milliseconds.push(await timed(work));
  return milliseconds;
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = clock();
  await work();
  return clock() - started;
}

/** Milliseconds: the processor's, of all threads, or those of the day. */
function clock(): number {
  if (process.env.BENCH_CLOCK !== 'cpu') return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as Request))}\n`);
}
