import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import pLimit from 'p-limit';
import sharp from 'sharp';
import { createClient } from '../../functions/client/client.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { packContext } from '../deployment/home-server/packed-context.ts';

/**
 * What the pipeline of a home server takes of a machine, on Linux: the package as the image has it, and so many JPEGs of 1,600 × 1,200,
 * each another part of the sample photographs.
 *
 *   node --import tsx test/bench/home-server.ts --pictures 300
 *
 * Memory is the resident one of all its processes, shared pages counted once for each. Times are processor time, of which a busy machine
 * takes hardly more.
 */
const { values } = parseArgs({ options: { pictures: { type: 'string', default: '300' } } });
const pictures = Number(values.pictures);
const TICKS_A_SECOND = 100;
const AT_ONCE = 8;

interface Usage {
  readonly residentMegabytes: number;
  readonly cpuSeconds: number;
}

/** A process and all below it; those that have ended are in the time of who waited for them. */
async function usageOf(root: number): Promise<Usage> {
  const processes = await Promise.all(
    (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(statOf),
  );
  const ours = new Set([root]);
  for (const { pid, parent } of processes.toSorted((a, b) => a.pid - b.pid))
    if (ours.has(parent)) ours.add(pid);
  const own = processes.filter(({ pid }) => ours.has(pid));
  const sum = (of: (one: (typeof own)[number]) => number) => own.reduce((total, one) => total + of(one), 0);
  return {
    residentMegabytes: (sum(({ pages }) => pages) * 4_096) / 1e6,
    cpuSeconds: sum(({ ticks }) => ticks) / TICKS_A_SECOND,
  };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function statOf(name: string) {
  const text = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => `${name} () Z 0`);
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const ticks = fields.slice(11, 15).reduce((total, one) => total + one, 0);
  return { pid: Number(name), parent: fields[1] ?? 0, ticks: ticks || 0, pages: fields[21] ?? 0 };
}

/** Bytes of all files as they lie on the disk. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const sizes = entries
    .filter((entry) => entry.isFile())
    .map(async (entry) => (await stat(join(entry.parentPath, entry.name))).blocks * 512);
  return (await Promise.all(sizes)).reduce((total, size) => total + size, 0);
}

async function start(
  program: string,
  data: string,
): Promise<{ child: ChildProcess; url: (name: string) => string }> {
  const ports = ['--http-port', '0', '--s3-port', '0', '--dynamodb-port', '0'];
  const child = spawn(process.execPath, [program, 'start', '--data', data, ...ports]);
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
  });
  while (!output.includes('Ctrl-C stops')) {
    if (child.exitCode !== null) throw new Error(`Expected a pipeline but it ended: ${output}`);
    await sleep(50);
  }
  return { child, url: (name) => new RegExp(`${name} +(http://\\S+)`).exec(output)?.[1] ?? '' };
}

async function madePicture(index: number): Promise<Buffer> {
  const names = (await readdir(SAMPLE_FOLDER)).filter((name) => /\.(png|jpg)$/.test(name));
  const image = sharp(join(SAMPLE_FOLDER, names[index % names.length] ?? ''));
  const { width = 0, height = 0 } = await image.metadata();
  const [left, top] = [(index * 7) % Math.ceil(width / 4), (index * 13) % Math.ceil(height / 4)];
  const part = { left, top, width: Math.floor(width * 0.75), height: Math.floor(height * 0.75) };
  return image.extract(part).resize(1_600, 1_200).jpeg({ quality: 85 }).toBuffer();
}

const folder = await mkdtemp(join(tmpdir(), 'cliptag-bench-'));
try {
  await packContext(folder);
  const app = join(folder, 'packed', 'app');
  await rename(join(folder, 'packed', 'modules'), join(app, 'node_modules'));
  const data = join(folder, 'data');
  const { child, url } = await start(join(app, 'functions', 'cliptag.mjs'), data);
  const pid = child.pid ?? 0;
  await sleep(10_000);
  const idle = await usageOf(pid);
  await sleep(30_000);
  const later = await usageOf(pid);
  const before = await sizeOf(data);

  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  const s3 = new S3Client({ endpoint: url('S3'), region: 'us-east-1', forcePathStyle: true, credentials });
  const client = createClient({ url: url('Page') });
  const limit = pLimit(AT_ONCE);
  let [bytes, most, isDone] = [0, 0, false];
  const watching = (async () => {
    while (!isDone) {
      most = Math.max(most, (await usageOf(pid)).residentMegabytes);
      await sleep(100);
    }
  })();
  const began = performance.now();
  const upload = async (index: number) => {
    const Body = await madePicture(index);
    bytes += Body.length;
    await s3.send(new PutObjectCommand({ Bucket: 'photos', Key: `${index}.jpg`, Body }));
  };
  await Promise.all(Array.from({ length: pictures }, (_, index) => limit(() => upload(index))));
  while ((await client.status()).images.tagged < pictures) await sleep(500);
  const seconds = (performance.now() - began) / 1_000;
  isDone = true;
  await watching;
  const tagged = await usageOf(pid);
  child.kill('SIGTERM');
  await once(child, 'exit');
  const grown = (await sizeOf(data)) - before;

  const perThousand = (megabytes: number) => ((megabytes / pictures) * 1_000).toFixed(0);
  console.log(
    `idle: ${idle.residentMegabytes.toFixed(0)} MB, ${(((later.cpuSeconds - idle.cpuSeconds) / 30) * 100).toFixed(1)} % of a processor`,
  );
  console.log(
    `while it tags: at most ${most.toFixed(0)} MB; afterwards ${tagged.residentMegabytes.toFixed(0)} MB`,
  );
  console.log(
    `processor time a picture: ${(((tagged.cpuSeconds - later.cpuSeconds) / pictures) * 1_000).toFixed(0)} ms (${(pictures / seconds).toFixed(1)} a second here)`,
  );
  console.log(
    `disk for 1,000: ${perThousand(bytes / 1e6)} MB of pictures and ${perThousand((grown - bytes) / 1e6)} MB beside them`,
  );
} finally {
  await rm(folder, { recursive: true, force: true });
}
