import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { dot, normalised } from '../../functions/core/labels/embedding.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { CLASSIFIER_FOLDER, DEFAULT_LABEL_SET } from '../../functions/tagger/model-places.ts';
import { BATCH_SIZE } from './peers/batch-size.ts';
import { type Contender, startContender, withPicture } from './peers/contender.ts';
import { floorLines, productsFloor } from './peers/floors.ts';
import { handlerFigures, WARM_UP_IMAGES } from './peers/handler-figures.ts';
import { batchLines, memoryLine, singleLines } from './peers/handler-lines.ts';
import { CLI, isThere, type Prepared, prepare } from './peers/prepare.ts';
import { roundingLines } from './peers/rounding.ts';
import { inTurn, median, minimum, ratioLines } from './peers/rounds.ts';

/**
 * `npm run bench:models`: a full-size ViT-B/32 with random weights, compiled by Cliptag, beside its peers in the same
 * run: transformers.js, and in Python OpenVINO, ONNX Runtime, PyTorch (transformers) and open_clip. Each has a process
 * and one thread of its own, and they take turns. Peers are installed by peers/install.sh; who is missing is left out.
 *
 *   --prepare           write checkpoints, models and pictures, which takes minutes, and measure nothing
 *   --work FOLDER       where those go; what is there is kept. Default: cliptag-bench-models in the temporary folder
 *   --only LIST         of encode,rounding,files,sizes,open,first-tag,handler. Default: all
 *   --beside LIST       of OpenVINO,transformers.js,onnxruntime,PyTorch. Default: all
 *   --rounds N          Default: 8
 *   --photographs DIR   of which `rounding` compares embeddings. Default: the samples that come with the project
 *   --python PATH       Default: peers/.venv/bin/python
 *   --tokenizer FILE    CLIP's tokenizer.json. Default: the one of ../shared/reference beside the repository
 */
const SECTIONS = { encode, rounding, files, sizes, open, 'first-tag': firstTag, handler } as const;
/** Sections in which contenders take turns. */
const BESIDE_PEERS = ['encode', 'rounding', 'files', 'sizes', 'open'];
/** Contenders that are asked for pixels alone. */
const DECODE_BY_THEMSELVES = ['cliptag int8', 'transformers.js q8'];
/** A few percent are looked for. */
const RUNS_OF_A_SIZE = 4;
/** Width and height of the encoder's input in pixels. */
const IMAGE_SIZE = '224';

const PEERS = fileURLToPath(new URL('peers/', import.meta.url));
const { values: options } = parseArgs({
  options: {
    prepare: { type: 'boolean', default: false },
    work: { type: 'string', default: join(tmpdir(), 'cliptag-bench-models') },
    only: { type: 'string', default: Object.keys(SECTIONS).join() },
    beside: { type: 'string', default: 'OpenVINO,transformers.js,onnxruntime,PyTorch' },
    rounds: { type: 'string', default: '8' },
    photographs: { type: 'string', default: SAMPLE_FOLDER },
    python: { type: 'string', default: join(PEERS, '.venv/bin/python') },
    tokenizer: { type: 'string' },
  },
});
const rounds = Number(options.rounds);
const python = (await isThere(options.python)) ? options.python : undefined;
const prepared = await prepare(options.work, python, options.tokenizer);
if (!options.prepare) {
  const sections = options.only.split(',');
  const contenders = sections.some((name) => BESIDE_PEERS.includes(name))
    ? await startContenders(prepared)
    : [];
  console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`);
  console.log(
    'minimum and median of each by the clock and by the processor; × of both, the first of each list is 1',
  );
  for (const name of sections) {
    const section = SECTIONS[name as keyof typeof SECTIONS];
    if (!section) throw new Error(`Expected --only of ${Object.keys(SECTIONS)} but received "${name}"`);
    await section(prepared, contenders);
  }
  await Promise.all(contenders.map((contender) => contender.close()));
}

/** Ours first: the others are told in times of its first. */
async function startContenders({
  int8,
  fp32,
  huggingFace,
  openClip,
  onnx,
  onnxQuantised,
  openVino,
}: Prepared): Promise<readonly Contender[]> {
  const own = (name: string, folder: string) =>
    startContender(name, process.execPath, ['--import', 'tsx', 'cliptag-contender.ts', folder]);
  const inJavaScript = (name: string, dtype: string) =>
    startContender(name, process.execPath, ['transformers-contender.mjs', huggingFace, dtype, IMAGE_SIZE]);
  const inPython = (name: string, kind: string, path: string) =>
    startContender(name, python ?? '', ['contender.py', kind, path, IMAGE_SIZE]);
  const hasTransformersJs = await isThere(join(PEERS, 'node_modules/@huggingface/transformers'));
  if (!hasTransformersJs || !python)
    console.log('some peers are missing: test/bench/peers/install.sh installs them');
  const peers: Readonly<Record<string, () => readonly Contender[]>> = {
    OpenVINO: () => [inPython('OpenVINO int8', 'openvino', openVino ?? '')],
    'transformers.js': () => [
      inJavaScript('transformers.js fp32', 'fp32'),
      inJavaScript('transformers.js q8', 'q8'),
    ],
    onnxruntime: () => [
      inPython('onnxruntime (Python) fp32', 'onnxruntime', onnx ?? ''),
      inPython('onnxruntime (Python) q8', 'onnxruntime', onnxQuantised ?? ''),
    ],
    PyTorch: () => [
      inPython('PyTorch transformers', 'transformers', huggingFace),
      inPython('PyTorch open_clip', 'open_clip', openClip),
    ],
  };
  const isInstalled = (peer: string) => {
    if (peer === 'OpenVINO') return python !== undefined && openVino !== undefined;
    return onnx !== undefined && (peer === 'transformers.js' ? hasTransformersJs : python !== undefined);
  };
  const beside = options.beside.split(',').filter(isInstalled);
  const contenders = [
    ...[own('cliptag int8', int8), own('cliptag fp32', fp32)],
    ...beside.flatMap((peer) => peers[peer]?.() ?? []),
  ];
  for (const contender of contenders) await contender.ask({ task: 'open' });
  return contenders;
}

async function encode(_: Prepared, contenders: readonly Contender[]): Promise<void> {
  for (const batch of [1, 8]) {
    const times = await inTurn(contenders, { task: 'encode', batch, runs: batch === 1 ? 3 : 1 }, rounds);
    report(`encode, batch ${batch} (an image)`, ratioLines(times, batch));
  }
}

async function rounding(_: Prepared, contenders: readonly Contender[]): Promise<void> {
  const lines = await roundingLines(contenders, options.photographs);
  report('cosine of int8 with float32 of the same weights', lines);
}

async function files({ pictures, huggingFace }: Prepared, contenders: readonly Contender[]): Promise<void> {
  const products = await productsFloor(huggingFace);
  report('least that the machine allows on one thread', [products.line]);
  for (const [name, path] of Object.entries(pictures)) {
    const { size } = await stat(path);
    const times = await inTurn(contenders, { task: 'file', path, runs: 1 }, rounds);
    report(`file to embedding, ${name} JPEG of ${(size / 1e6).toFixed(1)} MB`, ratioLines(times));
    report(`least for ${name}`, await floorLines(path, products.milliseconds, times));
    report(`cosine with the first, ${name}`, await cosines(contenders, path));
  }
}

/** Pictures whose sides a JPEG's reductions divide beside those whose sides they do not, in turn. */
async function sizes({ pictures }: Prepared, contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders.filter(({ name }) => DECODE_BY_THEMSELVES.includes(name))) {
    for (const task of ['decode', 'file'] as const) {
      for (const pair of [
        ['2 MP', '2 MP odd'],
        ['12 MP', '12 MP odd'],
      ] as const) {
        const asked = pair.map((name) => withPicture(contender, name, pictures[name]));
        const times = await inTurn(asked, { task, path: '', runs: RUNS_OF_A_SIZE }, rounds);
        report(`${contender.name}, file to ${task === 'decode' ? 'pixels' : 'embedding'}`, ratioLines(times));
      }
    }
  }
}

/** Shows that all of them compute the same; they differ by rounding, and by how they decode and resize. */
async function cosines(contenders: readonly Contender[], path: string): Promise<string[]> {
  const embeddings = new Map<string, Float32Array>();
  for (const contender of contenders) {
    const { embedding = [] } = await contender.ask({ task: 'file', path, runs: 1 });
    embeddings.set(contender.name, normalised(embedding));
  }
  const [own = new Float32Array()] = embeddings.values();
  return [...embeddings].map(([name, values]) => `  ${name.padEnd(28)} ${dot(own, values).toFixed(4)}`);
}

async function open(
  { int8, fp32, onnx, onnxQuantised }: Prepared,
  contenders: readonly Contender[],
): Promise<void> {
  report('session ready', ratioLines(await inTurn(contenders, { task: 'open' }, rounds)));
  const sizes = [
    ...[int8, fp32].map(async (folder) => {
      const { imageEncoder, imageWeights } = (await readModel(folder)).manifest.files;
      return [folder, imageEncoder.bytes + (imageWeights?.bytes ?? 0)] as const;
    }),
    ...[onnx, onnxQuantised].map(async (path) => [path, path ? (await stat(path)).size : 0] as const),
  ];
  const lines = (await Promise.all(sizes)).map(([path, bytes]) => `  ${path} ${(bytes / 1e6).toFixed(1)} MB`);
  report('image encoder files', lines);
}

/** From the start of the process to the first answer of `cliptag tag`, label set compiled before. */
async function firstTag({ int8 }: Prepared): Promise<void> {
  const times: number[] = [];
  for (let start = 0; start < rounds; start++) {
    const started = performance.now();
    const args = [CLI, 'tag', join(SAMPLE_FOLDER, 'chelsea.png'), '--model', int8, '--json'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    times.push(performance.now() - started);
    await once(child, 'close');
  }
  report('first tag', [`  cliptag tag, int8: ${minimum(times).toFixed(0)} / ${median(times).toFixed(0)} ms`]);
}

async function handler({ int8, pictures }: Prepared): Promise<void> {
  const settings = { modelFolder: int8, labelSet: DEFAULT_LABEL_SET, classifierFolder: CLASSIFIER_FOLDER };
  for (const name of ['2 MP', '12 MP'] as const) {
    const figures = await handlerFigures(pictures[name], settings);
    report(`handler, ${name}, one at a time`, singleLines(figures));
    const batches = `handler, ${name}, in batches of ${BATCH_SIZE}, an image`;
    report(`${batches}, new function`, batchLines(figures.newRounds));
    report(`${batches}, after ${WARM_UP_IMAGES} images`, [
      ...batchLines(figures.warmRounds),
      memoryLine(figures),
    ]);
  }
}

function report(title: string, lines: readonly string[]): void {
  console.log(['', title, ...lines].join('\n'));
}
