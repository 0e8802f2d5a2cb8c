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
  open: async () => ({ milliseconds: [await timed(open)] }),
  encode: async ({ batch, runs }) => {
    const values = Float32Array.from({ length: batch * 3 * side * side }, (_, i) => Math.sin(i));
    const pixel_values = new Tensor('float32', values, [batch, 3, side, side]);
    return { milliseconds: await repeated(runs, () => model({ pixel_values })) };
  },
  file: async ({ path, runs }) => {
    let embedding;
    const milliseconds = await repeated(runs, async () => {
      const image = await RawImage.read(path);
      const { image_embeds } = await model(await processor(image));
      embedding = [...image_embeds.data];
    });
    return { milliseconds, embedding };
  },
};

async function repeated(runs, work) {
  const milliseconds = [];
  for (let run = 0; run < runs; run++) milliseconds.push(await timed(work));
  return milliseconds;
}

async function timed(work) {
  const started = clock();
  await work();
  return clock() - started;
}

/** Milliseconds: the processor's, of all threads, or those of the day. */
function clock() {
  if (process.env.BENCH_CLOCK !== 'cpu') return performance.now();
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

for await (const line of createInterface(process.stdin)) {
  const request = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(await TASKS[request.task](request))}\n`);
}
