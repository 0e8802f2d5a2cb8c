import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SQSBatchResponse } from 'aws-lambda';
import sharp from 'sharp';
import { s3Bucket } from '../../functions/adapters/aws/s3-bucket.ts';
import { readLabelSetFiles } from '../../functions/adapters/files/label-set-files.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { stageImage } from '../../infra/packaging/image.ts';
import { startContainer } from '../e2e/container-engine.ts';
import { functionVariables, layOut, type RunningFunction, startFunction } from '../e2e/container-function.ts';
import { sqsEvent } from '../fixtures/sqs-event.ts';
import { startStores } from '../fixtures/stores.ts';

/**
 * `node --import tsx test/bench/cold-start.ts [--model FOLDER] [--labels FILE] [--runs N] [--node PATH | --image NAME]`: what
 * the image holds, started as Lambda starts it, again and again, until its first image is tagged; then its memory. With
 * NAME, a built image in containers of a Docker engine, whose own time is the difference to the stages' sum. Files come
 * from the page cache here; in Lambda those not yet on the worker are fetched first.
 * Machines differ and are shared: the least of many runs says what it takes, the median what it took.
 */
const repository = fileURLToPath(new URL('../..', import.meta.url));
const CLIENT = join(repository, 'test/e2e/container-runtime-client.mjs');
const MEMORY_BATCHES = 5;
const BATCH_SIZE = 8;
/** As cameras make them. */
const LARGE_PICTURE = { width: 4000, height: 3000 };

const { values: flags } = parseArgs({
  options: {
    model: { type: 'string', default: join(repository, 'models/embedded') },
    labels: { type: 'string', default: join(repository, 'models/labels/general.yaml') },
    runs: { type: 'string', default: '15' },
    node: { type: 'string', default: process.execPath },
    image: { type: 'string' },
  },
});

const folder = await mkdtemp(join(tmpdir(), 'cliptag-cold-start-'));
const stores = await startStores();
try {
  const task = join(folder, 'task');
  const given = functionVariables(storeUrls());
  const variables = flags.image ? given : { ...given, ...(await laidOut(task)), LAMBDA_TASK_ROOT: task };
  const load = loadavg()[0]?.toFixed(1);
  print(
    'machine',
    `${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, load ${load}, ${flags.image ?? flags.node}`,
  );
  await benchStarts(variables);
  if (!flags.image) await benchMemory(variables);
} finally {
  await stores.close();
  await rm(folder, { recursive: true });
}

function storeUrls() {
  const { s3Options, tableOptions } = stores;
  const { tableName, client } = tableOptions;
  return { s3Url: s3Options.endpoint, dynamodbUrl: client.endpoint, tableName };
}

/** Stages the image and lays out its files; gives the image's variables, with the folder in place of /var/task. */
async function laidOut(task: string): Promise<Record<string, string>> {
  const [model, labelSets] = await Promise.all([readModel(flags.model), readLabelSetFiles([flags.labels])]);
  const architecture = process.arch === 'arm64' ? 'arm64' : 'x86_64';
  const staged = await stageImage({ model, labelSets, architecture, withPackages: true, folder });
  const variables = await layOut(staged, task);
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [name, value.replace('/var/task', task)]),
  );
}

/** All by the clock of this process but `loaded` and `ready`, which count from when the function's own began. */
interface Start {
  /** Everything is imported. */
  readonly loaded: number;
  /** Model and classifiers are there. */
  readonly ready: number;
  /** The runtime client asks for its first event. */
  readonly asked: number;
  /** The first image's record is written and the event is answered. */
  readonly tagged: number;
  /** Processor's time of all threads until then. */
  readonly cpu: number;
}

async function benchStarts(variables: Record<string, string>): Promise<void> {
  const bodies = await stores.uploadSamples(['chelsea.png']);
  const starts: Start[] = [];
  for (let run = 0; run < Number(flags.runs); run++) starts.push(await startOnce(variables, bodies));
  const row = (what: string, pick: (start: Start) => number) => {
    const sorted = starts.map(pick).sort((a, b) => a - b);
    const at = (share: number) =>
      `${(sorted[Math.floor(share * sorted.length)] ?? Number.NaN).toFixed(0)} ms`;
    print(what, `${at(0).padStart(9)} ${at(0.5).padStart(9)}`);
  };
  print(`${flags.runs} starts`, '    least    median');
  row(flags.image ? '  engine' : '  process', ({ ready, asked }) => asked - ready);
  row('  code', ({ loaded }) => loaded);
  row('  model', ({ loaded, ready }) => ready - loaded);
  row('  first image', ({ asked, tagged }) => tagged - asked);
  row('start to tag', ({ tagged }) => tagged);
  if (!flags.image) row('processor', ({ cpu }) => cpu);
}

async function startOnce(variables: Record<string, string>, bodies: readonly string[]): Promise<Start> {
  const started = performance.now();
  const running = await (flags.image
    ? startContainer(flags.image, variables)
    : startFunction(flags.node, [CLIENT], variables));
  try {
    const asking = running.ready.then(() => performance.now() - started);
    await tag(running, bodies);
    const tagged = performance.now() - started;
    const line =
      running
        .log()
        .split('\n')
        .find((text) => text.includes('readyMilliseconds')) ?? '{}';
    const { loadedMilliseconds: loaded, readyMilliseconds: ready } = JSON.parse(line);
    const cpu = await cpuMilliseconds(running.process.pid);
    return { loaded, ready, asked: await asking, tagged, cpu };
  } finally {
    await running.stop();
  }
}

/** With the event waiting already, as Lambda has it when it starts an environment. */
async function tag(running: RunningFunction, bodies: readonly string[]): Promise<void> {
  const { batchItemFailures } = (await Promise.race([
    running.invoke(sqsEvent(bodies)),
    running.ready.then(() => new Promise<never>(() => {})),
  ])) as SQSBatchResponse;
  if (batchItemFailures.length > 0) throw new Error(running.log());
}

/** Batches of eight, first of the samples, then of large JPEGs, each batch several times over. */
async function benchMemory(variables: Record<string, string>): Promise<void> {
  const running = await startFunction(flags.node, [CLIENT], variables);
  try {
    await running.ready;
    print('memory', `${await peakMegabytes(running)} MB at most until it was ready`);
    for (let run = 0; run < MEMORY_BATCHES; run++)
      await tag(running, await stores.upload(BATCH_SIZE, `b${run}`));
    print(
      '',
      `${await peakMegabytes(running)} MB at most after ${MEMORY_BATCHES} batches of ${BATCH_SIZE} samples`,
    );
    const large = await uploadLarge();
    for (let run = 0; run < MEMORY_BATCHES; run++) await tag(running, large);
    const { width, height } = LARGE_PICTURE;
    print('', `${await peakMegabytes(running)} MB at most after as many of JPEGs of ${width} × ${height}`);
  } finally {
    await running.stop();
  }
}

async function uploadLarge(): Promise<string[]> {
  const noise = { type: 'gaussian', mean: 128, sigma: 30 } as const;
  const create = { ...LARGE_PICTURE, channels: 3, background: 'white', noise } as const;
  const bytes = await sharp({ create }).jpeg().toBuffer();
  const bucket = s3Bucket('bench', stores.s3Options);
  const keys = Array.from({ length: BATCH_SIZE }, (_, i) => `large-${i}.jpg`);
  for (const key of keys) await bucket.put(key, bytes, bytes.length);
  bucket.close();
  return keys.map((key) => {
    const s3 = { bucket: { name: 'bench' }, object: { key, size: bytes.length } };
    const source = { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put' };
    return JSON.stringify({ Records: [{ ...source, eventTime: new Date().toISOString(), s3 }] });
  });
}

/** https://man7.org/linux/man-pages/man5/proc_pid_status.5.html */
async function peakMegabytes({ process: { pid } }: RunningFunction): Promise<string> {
  const kilobytes = /VmHWM:\s+(\d+)/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
  return ((Number(kilobytes) * 1024) / 1e6).toFixed(0);
}

/** User and system time, in ticks of 10 ms: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function cpuMilliseconds(pid: number | undefined): Promise<number> {
  const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? [];
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

function print(what: string, figure: string): void {
  console.log(`${what.padEnd(14)} ${figure}`);
}
