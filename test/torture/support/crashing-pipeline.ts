import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3';
import sharp from 'sharp';
import { dynamoDbTagTable } from '../../../functions/adapters/aws/dynamodb.ts';
import { DEFAULT_MAXIMUM_BYTES } from '../../../functions/core/objects/object.ts';
import {
  IMAGE_STATUSES,
  type ImageRecord,
  imageRecordOf,
  queryImagesByStatus,
  tagMatcher,
} from '../../../functions/core/records/image-record.ts';
import { labelEntryOf } from '../../../functions/core/records/label-entries.ts';
import type { Item, ScannableTable } from '../../../functions/core/records/tag-table.ts';
import { startPipeline } from '../../../functions/local/pipeline.ts';
import compilePrograms from '../../compiled-programs.ts';
import type { Random } from '../torture.ts';

const REPOSITORY = fileURLToPath(new URL('../../..', import.meta.url));
const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };
const BUCKET = 'photos';
const REGION = 'us-east-1';
/** Every picture gets some tags, so that each round has label entries to lose. */
const LABELS = `name: colours
version: 1
mode: exclusive
minimumScore: 0.05
topK: 4
labels: [red, green, blue, yellow, black, white, stripes, sky]
`;

/** A running pipeline, as its clients see it. */
export interface ServedPipeline {
  readonly client: S3Client;
  readonly table: ScannableTable;
  /** All it has printed. */
  output(): string;
  /** Messages that wait or are in flight, and dead letters. */
  queue(): Promise<{ readonly left: number; readonly deadLetters: number }>;
  /** As Ctrl-C. */
  stop(): Promise<void>;
}

/** A pipeline in a process of its own. */
export interface CrashingPipeline extends ServedPipeline {
  /** `kill -9`. */
  kill(): Promise<void>;
}

/** What a key holds after all answered requests; `undefined` when it is deleted. */
export type Expected = Map<string, Buffer | undefined>;

/** The command line, compiled: to translate its sources at each start takes longer than a round. */
async function compiledProgram(): Promise<{ program: string; remove: () => Promise<void> }> {
  let programs = '';
  const remove = await compilePrograms({
    provide: (_, folder) => {
      programs = String(folder);
    },
  });
  return { program: join(programs, 'cli-program.js'), remove };
}

/** Runs a torture with a folder for its files and the compiled command line, and removes what was made. */
export async function withTortureFolder<Outcome>(
  given: string | undefined,
  work: (folder: string, program: string) => Promise<Outcome>,
): Promise<Outcome> {
  const compiled = given === undefined ? await compiledProgram() : undefined;
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-torture-'));
  try {
    return await work(folder, given ?? compiled?.program ?? '');
  } finally {
    await rm(folder, { recursive: true, force: true });
    await compiled?.remove();
  }
}

/** @param program the command line, compiled */
export async function startCrashing(dataFolder: string, program: string): Promise<CrashingPipeline> {
  await mkdir(dataFolder, { recursive: true });
  await writeFile(join(dataFolder, 'samples-uploaded'), '');
  const labels = await writeLabels(dataFolder);
  const ports = ['--s3-port', '0', '--dynamodb-port', '0', '--http-port', '0'];
  const child = spawn(
    process.execPath,
    [program, 'start', '--data', dataFolder, '--labels', labels, ...ports],
    {
      cwd: REPOSITORY,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const output = await untilServing(child);
  const url = (name: string) => new RegExp(`${name} +(http://\\S+)`).exec(output())?.[1] ?? '';
  const end = async (signal: 'SIGKILL' | 'SIGINT') => {
    const exited = once(child, 'exit');
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await exited;
    client.destroy();
  };
  const client = s3Client(url('S3'));
  return {
    client,
    table: tableAt(url('DynamoDB')),
    output,
    async queue() {
      const answer = await fetch(`${url('Page')}/status.json`);
      const { queue, deadLetters } = (await answer.json()) as {
        queue: { visible: number; inFlight: number };
        deadLetters: number;
      };
      return { left: queue.visible + queue.inFlight, deadLetters };
    },
    kill: () => end('SIGKILL'),
    stop: () => end('SIGINT'),
  };
}

/** A pipeline in this process, once it has repaired what it has found lost. */
export async function openRepaired(dataFolder: string): Promise<ServedPipeline> {
  let output = '';
  const pipeline = await startPipeline({
    modelFolder: join(REPOSITORY, 'models/embedded'),
    labelSets: [await writeLabels(dataFolder)],
    maximumBytes: DEFAULT_MAXIMUM_BYTES,
    dataFolder,
    ports: { s3: 0, dynamodb: 0 },
    credentials: CREDENTIALS,
    report: { outcome: () => {}, ignored: () => {}, fault: () => {} },
    warn: (message) => {
      output += `${message}\n`;
    },
  });
  await pipeline.repairs;
  const client = s3Client(pipeline.s3.url);
  return {
    client,
    table: tableAt(pipeline.dynamodb.url),
    output: () => output,
    async queue() {
      const { visible, inFlight, deadLetters } = pipeline.queue.counts();
      return { left: visible + inFlight, deadLetters };
    },
    async stop() {
      client.destroy();
      await pipeline.close();
    },
  };
}

async function writeLabels(dataFolder: string): Promise<string> {
  const path = `${dataFolder}.yaml`;
  await writeFile(path, LABELS);
  return path;
}

function s3Client(endpoint: string): S3Client {
  return new S3Client({
    endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    forcePathStyle: true,
    maxAttempts: 1,
  });
}

function tableAt(endpoint: string): ScannableTable {
  return dynamoDbTagTable({
    tableName: 'cliptag',
    client: { endpoint, region: REGION, credentials: CREDENTIALS },
  });
}

async function untilServing(child: ChildProcess): Promise<() => string> {
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => {
      output += chunk;
    });
  }
  while (!output.includes('Ctrl-C stops')) {
    if (child.exitCode !== null) throw new Error(`Expected a pipeline that serves but it ended:\n${output}`);
    await pause(20);
  }
  return () => output;
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** What has become of requests; a key is settled when the last request for it was answered. */
export interface Changes {
  readonly answered: number;
  readonly settled: ReadonlySet<string>;
  readonly uncertain: ReadonlySet<string>;
}

/** Puts, replaces and deletes some keys, several at once; what was answered is noted, what was not is forgotten. */
export async function changeObjects(
  { client }: Pick<ServedPipeline, 'client'>,
  expected: Expected,
  random: Random,
  {
    changes,
    keys,
    onAnswer = () => {},
  }: { changes: number; keys: number; onAnswer?: (answered: number) => void },
): Promise<Changes> {
  const uncertain = new Set<string>();
  const busy = new Set<string>();
  const settled = new Set<string>();
  let answered = 0;
  const change = async () => {
    const Key = `picture-${random.integer(keys)}`;
    // Two requests for one key at once would leave open which of them is the later one.
    if (busy.has(Key)) return;
    busy.add(Key);
    const body = random.chance(0.2) ? undefined : await picture(random);
    try {
      const target = { Bucket: BUCKET, Key };
      if (body) await client.send(new PutObjectCommand({ ...target, Body: body }));
      else await client.send(new DeleteObjectCommand(target));
      answered += 1;
      expected.set(Key, body);
      settled.add(Key);
      busy.delete(Key);
      onAnswer(answered);
    } catch {
      uncertain.add(Key);
      settled.delete(Key);
    }
  };
  let left = changes;
  const worker = async () => {
    while (left-- > 0 && uncertain.size === 0) await change();
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
  return { answered, settled, uncertain };
}

async function picture(random: Random): Promise<Buffer> {
  if (random.chance(0.05)) return random.bytes(40);
  const colour = () => ({ r: random.integer(256), g: random.integer(256), b: random.integer(256) });
  const band = await sharp({ create: { width: 32, height: 8, channels: 3, background: colour() } })
    .png()
    .toBuffer();
  return sharp({ create: { width: 32, height: 32, channels: 3, background: colour() } })
    .composite([{ input: band, top: 4, left: 0 }])
    .png()
    .toBuffer();
}

/** Waits until nothing is left to be done, up to two minutes. */
export async function untilIdle(pipeline: Pick<ServedPipeline, 'queue'>): Promise<void> {
  // Seen several times, since a message may be on its way from the bucket to the queue.
  for (let calm = 0; calm < 3; calm++) await untilAtMost(0, pipeline);
}

/** Waits until at most so many messages are left, up to two minutes: more is a fault that is found afterwards. */
export async function untilAtMost(messages: number, pipeline: Pick<ServedPipeline, 'queue'>): Promise<void> {
  const end = performance.now() + 120_000;
  do await pause(30);
  while ((await pipeline.queue()).left > messages && performance.now() < end);
}

/** All that is not as it should be once nothing is left to be done. */
export async function findFaults(
  pipeline: ServedPipeline,
  expected: Expected,
  uncertain: ReadonlySet<string> = new Set(),
): Promise<string[]> {
  const items: Item[] = [];
  for await (const page of pipeline.table.scan({ Segment: 0, TotalSegments: 1 })) items.push(...page.items);
  const records = new Map(
    items.filter(({ SK }) => SK === 'IMAGE').map((item) => [String(item.key), imageRecordOf(item)]),
  );
  const stored = await eTagsIn(pipeline.client);
  const { left, deadLetters } = await pipeline.queue();
  return [
    ...(left > 0 ? [`${left} messages are left`] : []),
    ...(deadLetters > 0 ? [`${deadLetters} dead letters`] : []),
    ...(await objectFaults(pipeline.client, expected, uncertain, stored)),
    ...recordFaults(records, stored),
    ...statusFaults(records, expected),
    ...entryFaults(items, records),
    ...(await indexFaults(pipeline.table, records)),
  ];
}

async function eTagsIn(client: S3Client): Promise<Map<string, string>> {
  const stored = new Map<string, string>();
  for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket: BUCKET })) {
    for (const { Key = '', ETag = '' } of Contents) stored.set(Key, ETag.replaceAll('"', ''));
  }
  return stored;
}

async function objectFaults(
  client: S3Client,
  expected: Expected,
  uncertain: ReadonlySet<string>,
  stored: ReadonlyMap<string, string>,
): Promise<string[]> {
  const faults: string[] = [];
  for (const [Key, body] of expected) {
    if (uncertain.has(Key)) continue;
    const eTag = stored.get(Key);
    const wanted = body && createHash('md5').update(body).digest('hex');
    if (eTag !== wanted) faults.push(`object ${Key} is ${eTag ?? 'gone'} instead of ${wanted ?? 'gone'}`);
    if (!body || eTag !== wanted) continue;
    const { Body } = await client.send(new GetObjectCommand({ Bucket: BUCKET, Key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    if (!bytes.equals(body)) faults.push(`object ${Key} has other bytes`);
  }
  return faults;
}

function recordFaults(
  records: ReadonlyMap<string, ImageRecord>,
  stored: ReadonlyMap<string, string>,
): string[] {
  const faults: string[] = [];
  for (const [key, eTag] of stored) {
    const record = records.get(key);
    if (!record) faults.push(`no record of ${key}`);
    else if (record.status === 'deleted' || record.eTag !== eTag)
      faults.push(`the record of ${key} is ${record.status} ${record.eTag}, not of ${eTag}`);
  }
  for (const [key, { status }] of records) {
    if (status !== 'deleted' && !stored.has(key))
      faults.push(`the record of ${key} is ${status}, but it is gone`);
  }
  return faults;
}

/** Pictures that something else than themselves has kept from being tagged. */
function statusFaults(records: ReadonlyMap<string, ImageRecord>, expected: Expected): string[] {
  return [...expected].flatMap(([key, body]) => {
    const record = records.get(key);
    if (!body || !record || record.eTag !== createHash('md5').update(body).digest('hex')) return [];
    const isPicture = body.includes('IHDR');
    if (isPicture === (record.status === 'tagged')) return [];
    return [`${isPicture ? 'picture' : 'no picture'} ${key} is ${record.status}: ${record.reason}`];
  });
}

function entryFaults(items: readonly Item[], records: ReadonlyMap<string, ImageRecord>): string[] {
  const entries = items.filter(({ PK }) => String(PK).startsWith('LABEL#')).map(labelEntryOf);
  const stale = entries.filter((entry) => {
    const record = records.get(entry.key);
    return record?.status !== 'tagged' || !tagMatcher(record.tags)(entry);
  });
  const missing = [...records.values()].flatMap(({ key, tags }) => {
    const isThere = tagMatcher(entries.filter((entry) => entry.key === key));
    return tags.filter((tag) => !isThere(tag)).map((tag) => ({ key, ...tag }));
  });
  return [
    ...stale.map(({ key, label, score }) => `stale entry ${label} ${score} of ${key}`),
    ...missing.map(({ key, label, score }) => `missing entry ${label} ${score} of ${key}`),
  ];
}

async function indexFaults(
  table: ScannableTable,
  records: ReadonlyMap<string, ImageRecord>,
): Promise<string[]> {
  const faults: string[] = [];
  const indexed = new Map<string, string>();
  for (const status of IMAGE_STATUSES) {
    for await (const page of table.query(queryImagesByStatus(BUCKET, status))) {
      for (const { GSI1SK } of page) {
        const key = String(GSI1SK);
        if (records.get(key)?.status !== status) faults.push(`the index has ${key} as ${status}`);
        else indexed.set(key, status);
      }
    }
  }
  for (const key of records.keys()) if (!indexed.has(key)) faults.push(`the index lacks ${key}`);
  return faults;
}
