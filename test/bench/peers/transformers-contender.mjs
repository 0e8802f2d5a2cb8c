/*
 * Encodes pictures with transformers.js, on one thread, as it is told on standard input (see contender.ts).
 *
 *   node transformers-contender.mjs FOLDER fp32|q8 SIZE
 */
import { basename, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import {
  AutoImageProcessor,
  CLIPVisionModelWithProjection,
  env,
  RawImage,
  Tensor,
} from '@huggingface/transformers';

const [folder = '', dtype = '', size = ''] = process.argv.slice(2);
const side = Number(size);
env.allowRemoteModels = false;
env.localModelPath = dirname(folder);
const name = basename(folder);
const processor = await AutoImageProcessor.from_pretrained(name);
let model;

async function open() {
  await model?.dispose();
  model = await CLIPVisionModelWithProjection.from_pretrained(name, {
    dtype,
    device: 'cpu',
    session_options: { intraOpNumThreads: 1, interOpNumThreads: 1 },
  });
}

const TASKS = {
  open: async () => ({ costs: [await timed(open)] }),
  encode: async ({ batch, runs }) => {
    const values = Float32Array.from({ length: batch * 3 * side * side }, (_, i) => Math.sin(i));
    const pixel_values = new Tensor('float32', values, [batch, 3, side, side]);
    return { costs: await repeated(runs, () => model({ pixel_values })) };
  },
  decode: async ({ path, runs }) => ({ costs: await repeated(runs, () => pixelsOf(path)) }),
  file: async ({ path, runs }) => {
    let embedding;
    const costs = await repeated(runs, async () => {
      const { image_embeds } = await model(await pixelsOf(path));
      embedding = [...image_embeds.data];
    });
    return { costs, embedding };
  },
};

async function pixelsOf(path) {
  return processor(await RawImage.read(path));
}

async function repeated(runs, work) {
  const costs = [];
  for (let run = 0; run < runs; run++) costs.push(await timed(work));
  return costs;
}

async function timed(work) {
  const [started, before] = [performance.now(), process.cpuUsage()];
  await work();
  const { user, system } = process.cpuUsage(before);
  return { wall: performance.now() - started, processor: (user + system) / 1000 };
}

for await (const line of createInterface(process.stdin)) {
  const request = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await TASKS[request.task](request))}\n`);
}
