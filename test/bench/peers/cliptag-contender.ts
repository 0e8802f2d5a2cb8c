/*
 * Encodes pictures as the tagging function does, on one thread, as it is told on standard input (see contender.ts).
 *
 *   node --import tsx cliptag-contender.ts MODEL_FOLDER
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { type Model, readModel } from '../../../functions/adapters/files/model-folder.ts';
import { onnxImageEncoder } from '../../../functions/adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../../../functions/adapters/sharp/pixel-decoder.ts';
import type { ImageEncoder } from '../../../functions/core/labels/embedding.ts';
import type { Pixels } from '../../../functions/core/pixels/pixels.ts';
import type { Answer, ContenderRequest, Cost } from './contender.ts';

const [folder = ''] = process.argv.slice(2);
const decoder = sharpPixelDecoder();
let model: Model;
let encoder: ImageEncoder;

async function open(): Promise<void> {
  model = await readModel(folder);
  encoder = await onnxImageEncoder(model, { threads: 1 });
}

async function answer(request: ContenderRequest): Promise<Answer> {
  if (request.task === 'open') return { costs: [await timed(open)] };
  if (request.task === 'encode') {
    const batch = Array.from({ length: request.batch }, noise);
    return { costs: await repeated(request.runs, () => encoder.encode(batch)) };
  }
  const pixelsOf = async () => decoder.decode(await readFile(request.path), encoder.pixelSpec);
  if (request.task === 'decode') return { costs: await repeated(request.runs, pixelsOf) };
  let embedding: number[] = [];
  const costs = await repeated(request.runs, async () => {
    const [first] = await encoder.encode([await pixelsOf()]);
    embedding = [...(first?.values ?? [])];
  });
  return { costs, embedding };
}

function noise(): Pixels {
  const { size } = model.manifest.image;
  const data = Uint8Array.from({ length: size * size * 3 }, (_, i) => (i * 2_654_435_761) >>> 24);
  return { size, data, width: size, height: size, format: 'noise' };
}

async function repeated(runs: number, work: () => Promise<unknown>): Promise<Cost[]> {
  const costs: Cost[] = [];
  for (let run = 0; run < runs; run++) costs.push(await timed(work));
  return costs;
}

async function timed(work: () => Promise<unknown>): Promise<Cost> {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - started, processor: (user + system) / 1000 };
}

for await (const line of createInterface(process.stdin)) {
  process.stdout.write(`${JSON.stringify(await answer(JSON.parse(line) as ContenderRequest))}\n`);
}
