import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { packagePath } from '../../functions/adapters/files/package-folder.ts';
import { embeddingToBytes, normalised } from '../../functions/core/labels/embedding.ts';
import { type ImageContent, putImageRecord } from '../../functions/core/records/image-record.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { forEachAtOnce } from '../../functions/core/records/table-scan.ts';
import { startDynamoDbEndpoint } from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_REGION, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { startPage } from '../../functions/local/page.ts';
import type { Pipeline } from '../../functions/local/pipeline.ts';
import { composeTagger } from '../../functions/tag-images/composition.ts';

/**
 * How the page's port of `cliptag start` answers searches over loopback, so many a second for so long, over a table of so many images:
 *
 *   node --import tsx test/bench/page-load.ts --images 100000 --rate 200 --seconds 60
 *
 * Latencies count from the moment at which a search is due, whether or not those before it have been answered.
 */
const { values } = parseArgs({
  options: {
    images: { type: 'string', default: '100000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '60' },
    serve: { type: 'string' },
  },
});
const [images, rate, seconds] = [values.images, values.rate, values.seconds].map(Number) as [
  number,
  number,
  number,
];

const LABELS = ['dog', 'cat', 'grass', 'boat', 'beach', 'person', 'tree', 'car', 'flower', 'building'];
const TEXTS = ['sunset over water', 'a red car', 'children playing', 'snow on a roof', 'an old book'];
const QUERIES = [
  ...LABELS,
  ...LABELS.map((label, i) => `${label} -${LABELS[(i + 3) % LABELS.length]} score>0.5`),
  ...TEXTS.map((text) => `"${text}"`),
  'prefix:albums/7 boat OR car',
  'after:2020-01-01 dog',
  '',
];
const BATCH_ITEMS = 25;

/** So many centres, as collections of photographs have themes. */
const CENTRES = 200;

const dataFolder = values.serve ?? (await mkdtemp(join(tmpdir(), 'cliptag-load-')));
if (values.serve !== undefined) await serve();
else
  try {
    await fillTable();
    await measure();
  } finally {
    await rm(dataFolder, { recursive: true, force: true });
  }

/** The page's port over the table alone: there are no objects, whose records the whole pipeline would take away. */
async function serve(): Promise<void> {
  const dynamodb = await startDynamoDbEndpoint({ folder: join(dataFolder, 'dynamodb') });
  const { url, credentials } = dynamodb;
  const modelFolder = packagePath('models', 'embedded');
  const tagger = await composeTagger({
    ...{
      modelFolder,
      labelSets: [packagePath('models', 'labels')],
      classifierFolder: join(dataFolder, 'classifiers'),
    },
    table: { tableName: LOCAL_TABLE_NAME, client: { endpoint: url, credentials, region: LOCAL_REGION } },
    ...{ maximumBytes: 1, warn: console.warn },
  });
  const pipeline = { dynamodb, tagger, s3: { newObjects: () => ({}) } } as unknown as Pipeline;
  const page = await startPage(pipeline, { port: 0, modelFolder, listen: () => {}, warn: console.warn });
  console.log(`http://127.0.0.1:${page.port}`);
}

function random(size: number): Float64Array {
  return Float64Array.from({ length: size }, () => Math.random() + Math.random() + Math.random() - 1.5);
}

async function fillTable(): Promise<void> {
  const began = performance.now();
  const { digest: modelDigest, manifest } = await readModel(packagePath('models', 'embedded'));
  const centres = Array.from({ length: CENTRES }, () => random(manifest.embeddingSize));
  const endpoint = await startDynamoDbEndpoint({ folder: join(dataFolder, 'dynamodb') });
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  const client = new DynamoDBClient({ endpoint: url, credentials, region: LOCAL_REGION });
  const itemOf = (number: number) => {
    const centre = centres[number % CENTRES] ?? random(manifest.embeddingSize);
    const noise = random(manifest.embeddingSize);
    const values = normalised(centre.map((value, i) => value + 0.7 * (noise[i] ?? 0)));
    const tags = [0, 3, 4].map((step) => ({
      ...{
        set: 'general',
        label: LABELS[(number * 7 + step) % LABELS.length] ?? '',
        score: 0.3 + (number % 60) / 100,
      },
    }));
    const object = {
      ...{ bucket: 'photos', key: `albums/${number % 100}/${number}.jpg`, sequencer: '1' },
      ...{ eTag: 'e'.repeat(32), sizeBytes: 2_000_000 },
    };
    const content: ImageContent = {
      status: 'tagged',
      ...{ tags, modelDigest, embedding: embeddingToBytes({ modelDigest, values }) },
      ...{ width: 4_000, height: 3_000, format: 'jpeg', camera: 'Canon EOS R5', colour: '#777777' },
      ...{ differenceHash: '0123456789abcdef', sharpness: 10 },
    };
    const record = nextImageRecord(undefined, object, content, { eventTime: '', now: new Date() });
    const { Item } = putImageRecord(record) as unknown as { Item: Record<string, unknown> };
    return { PutRequest: { Item: marshall(Item, { removeUndefinedValues: true }) } };
  };
  const batches = Array.from({ length: Math.ceil(images / BATCH_ITEMS) }, (_, i) => i * BATCH_ITEMS);
  await forEachAtOnce(batches, 4, async (first) => {
    const items = Array.from({ length: Math.min(BATCH_ITEMS, images - first) }, (_, i) => itemOf(first + i));
    await client.send(new BatchWriteItemCommand({ RequestItems: { [LOCAL_TABLE_NAME]: items } }));
  });
  client.destroy();
  await endpoint.close();
  console.log(`${images} images written in ${((performance.now() - began) / 1_000).toFixed(0)} s`);
}

async function measure(): Promise<void> {
  const began = performance.now();
  const child = spawn(process.execPath, [
    '--import',
    'tsx',
    fileURLToPath(import.meta.url),
    '--serve',
    dataFolder,
  ]);
  const exited = once(child, 'exit');
  let output = '';
  child.stdout.on('data', (piece) => {
    output += piece;
  });
  child.stderr.pipe(process.stderr);
  while (!output.includes('\n')) {
    if (child.exitCode !== null) throw new Error(`Expected a server but it ended:\n${output}`);
    await sleep(20);
  }
  const served = performance.now();
  const api = `${output.trim()}/api/v1/search?limit=50&q=`;
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  await search(`${api}dog`, agent);
  const first = performance.now();
  await search(`${api}${encodeURIComponent('"a first text"')}`, agent);
  const firstText = performance.now();
  console.log(
    `serves after ${(served - began).toFixed(0)} ms, first answer after ${(first - began).toFixed(0)} ms, first text took ${(firstText - first).toFixed(0)} ms`,
  );
  for (const query of QUERIES) await search(api + encodeURIComponent(query), agent);
  await load(api, agent, child.pid ?? 0);
  agent.destroy();
  child.kill();
  await exited;
}

async function load(api: string, agent: Agent, pid: number): Promise<void> {
  const latencies: number[] = [];
  let failed = 0;
  const under: Promise<void>[] = [];
  const worked = await processorMilliseconds(pid);
  const memory = await residentMegabytes(pid);
  const began = performance.now();
  for (let number = 0; number < rate * seconds; number++) {
    const due = began + (number * 1_000) / rate;
    const wait = due - performance.now();
    if (wait > 1) await sleep(wait);
    const query = QUERIES[number % QUERIES.length] ?? '';
    under.push(
      search(api + encodeURIComponent(query), agent).then(
        () => void latencies.push(performance.now() - due),
        () => {
          failed++;
        },
      ),
    );
  }
  await Promise.all(under);
  const took = (performance.now() - began) / 1_000;
  const each = ((await processorMilliseconds(pid)) - worked) / (rate * seconds);
  latencies.sort((a, b) => a - b);
  const at = (share: number) => (latencies[Math.ceil(latencies.length * share) - 1] ?? Number.NaN).toFixed(1);
  console.log(
    `${rate} searches a second for ${seconds} s over ${images} images: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p99 ${at(0.99)} ms, longest ${at(1)} ms; ${failed} failed; ${(latencies.length / took).toFixed(0)} a second were answered, for ${each.toFixed(1)} ms of the server's processor time each; its memory: ${memory} MB before, ${await residentMegabytes(pid)} MB after`,
  );
}

/** User and system time of a process, all threads; Linux alone tells it there (proc(5)). */
async function processorMilliseconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [user, system] = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .slice(11, 13)
    .map(Number);
  return ((user ?? Number.NaN) + (system ?? Number.NaN)) * 10;
}

async function residentMegabytes(pid: number): Promise<string> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return (Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024).toFixed(0);
}

function search(url: string, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    request(url, { agent }, (response) => {
      response
        .resume()
        .on('end', () =>
          response.statusCode === 200 ? resolve() : reject(new Error(String(response.statusCode))),
        );
    })
      .on('error', reject)
      .end();
  });
}
