import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { BatchWriteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import type { Classifier } from '../../functions/core/labels/classifier.ts';
import { embeddingToBytes, normalised } from '../../functions/core/labels/embedding.ts';
import { labelSetDigest, parseLabelSet } from '../../functions/core/labels/label-set.ts';
import { type ImageRecord, putImageRecord } from '../../functions/core/records/image-record.ts';
import { putLabelEntry } from '../../functions/core/records/label-entries.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { SEGMENTS } from '../../functions/core/records/table-scan.ts';
import type { Item } from '../../functions/core/records/tag-table.ts';
import { planRetag, retag } from '../../functions/core/retag/retag.ts';
import type { Retagger } from '../../functions/core/retag/retagger.ts';
import { retagging, retaggings } from '../../functions/core/retag/retagging.ts';
import { LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { startPageProcess } from './page-process.ts';
import { startTableProcess } from './table-process.ts';

/**
 * `npm run bench:retag -- [records]`: scoring alone; the diff of a million records from prepared pages; and `cliptag retag`
 * end to end on synthetic records in the embedded DynamoDB endpoint, which runs in a process of its own. That endpoint
 * (dynalite) is far slower than DynamoDB, so each line gives the clock, what retagging itself takes of the processor, and
 * what the endpoint does: as it works on one processor, no client could be faster than that.
 */
const RECORDS = Number(process.argv[2] ?? 5_000);
const DIMENSIONS = 512;
const LABELS = 600;
const SCORED = 2_000;
const MODEL = 'synthetic';
const A_MILLION = 1_000_000;

/** The same numbers at every run: mulberry32. */
let seed = 1;
function random(): number {
  seed = (seed + 0x6d2b79f5) | 0;
  let bits = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
  return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
}
const direction = () => normalised(Float32Array.from({ length: DIMENSIONS }, () => random() - 0.5));
const labelRows = new Float32Array(LABELS * DIMENSIONS);
for (let label = 0; label < LABELS; label++) labelRows.set(direction(), label * DIMENSIONS);
const contrastRows = direction();

/** Every image is close to three labels; `minimumScore` decides how many of them become tags. */
function classifier(version: number, minimumScore: number): Classifier {
  const labels = Array.from({ length: LABELS }, (_, i) => `label ${i}`);
  const labelSet = parseLabelSet(
    { name: 'things', version, mode: 'exclusive', labels, minimumScore },
    'things',
  );
  const digest = labelSetDigest(labelSet, MODEL);
  return { labelSet, labelSetDigest: digest, modelDigest: MODEL, logitScale: 30, labelRows, contrastRows };
}

function record(i: number, known: Classifier): ImageRecord {
  const near = [1, 0.95, 0.9].map((weight) => ({ weight, row: Math.floor(random() * LABELS) * DIMENSIONS }));
  const values = normalised(
    Float32Array.from({ length: DIMENSIONS }, (_, d) =>
      near.reduce((sum, { weight, row }) => sum + weight * (labelRows[row + d] ?? 0), (random() - 0.5) / 20),
    ),
  );
  const embedding = embeddingToBytes({ modelDigest: MODEL, values });
  const object = { bucket: 'bench', key: `albums/${i % 97}/DSC_${i}.jpg`, sequencer: '0'.repeat(32) };
  const time = { eventTime: '2026-11-23T14:00:00.000Z', now: new Date() };
  const untagged = {
    status: 'tagged',
    tags: [],
    modelDigest: MODEL,
    embedding,
    width: 6000,
    height: 4000,
  } as const;
  const first = nextImageRecord(undefined, object, untagged, time);
  const outcome = retagging(first, { modelDigest: MODEL, classifiers: [known] });
  return outcome.kind === 'changed' ? { ...first, tags: outcome.tags, labelSets: outcome.labelSets } : first;
}

const [before, after] = [classifier(1, 0.2), classifier(2, 0.3)];
console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`);
benchScoring();
await benchMillion();
const folder = await mkdtemp(join(tmpdir(), 'cliptag-bench-retag-'));
const endpoint = await startTableProcess(folder);
try {
  await benchTable();
} finally {
  await endpoint.stop();
  await rm(folder, { recursive: true });
}

/** From stored bytes to tags, on one core, beside what tagging does with one image after the other. */
function benchScoring(): void {
  const records = Array.from({ length: SCORED }, (_, i) => record(i, before));
  const labelSets = { modelDigest: MODEL, classifiers: [after] };
  const ways = {
    'in blocks': (some: ImageRecord[]) => retaggings(some, labelSets),
    'one by one': (some: ImageRecord[]) => some.map((one) => retagging(one, labelSets)),
  };
  console.log(`scoring, ${DIMENSIONS} dimensions × ${LABELS} labels, stored bytes to tags:`);
  for (const [name, score] of Object.entries(ways)) {
    score(records.slice(0, 500));
    const elapsed = stopwatch();
    // As many as a page of a scan holds.
    for (let i = 0; i < SCORED; i += 250) score(records.slice(i, i + 250));
    const { processorSeconds } = elapsed();
    console.log(`  ${name.padEnd(12)} ${rate(SCORED, processorSeconds)} of processor time`);
  }
}

/** The diff of a million records, by the client that retag has, with next to nothing for the store to do. */
async function benchMillion(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cliptag-bench-pages-'));
  // What a megabyte holds, and as many pages as make a million in all segments.
  const [itemsPerPage, pagesPerSegment] = [250, A_MILLION / 250 / SEGMENTS];
  const page = () => Array.from({ length: itemsPerPage }, (_, i) => comparedItem(record(i, before)));
  const pages = await startPageProcess(folder, Array.from({ length: 16 }, page), pagesPerSegment);
  try {
    const table = dynamoDbTagTable({ tableName: LOCAL_TABLE_NAME, client: clientAt(pages.url) });
    const retagger: Retagger = { table, modelDigest: MODEL, classifiers: [after], now: () => new Date() };
    const elapsed = stopwatch();
    const { images, changed } = await planRetag(retagger);
    const { processorSeconds, clockSeconds } = elapsed();
    console.log(`diff of ${images} records (${changed} change), from prepared pages:`);
    console.log(`  our own      ${rate(images, processorSeconds)} of processor time`);
    console.log(`  by the clock ${rate(images, clockSeconds)}`);
  } finally {
    await pages.stop();
    await rm(folder, { recursive: true });
  }
}

/** What a scan for a diff gives of a record, as it comes over the wire. */
function comparedItem({ bucket, key, status, tags, modelDigest, embedding, labelSets }: ImageRecord): object {
  const keys = { PK: `IMAGE#${bucket}/${key}`, SK: 'IMAGE' };
  const values = marshall({ ...keys, bucket, key, status, tags, modelDigest, labelSets });
  return { ...values, embedding: { B: Buffer.from(embedding ?? []).toString('base64') } };
}

function clientAt(endpointUrl: string) {
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
  return { endpoint: endpointUrl, region: 'us-east-1', credentials };
}

async function benchTable(): Promise<void> {
  const client = clientAt(endpoint.url);
  let writeUnits = 0;
  const table = dynamoDbTagTable({
    tableName: LOCAL_TABLE_NAME,
    client,
    onWriteUnits: (units) => {
      writeUnits += units;
    },
  });
  await fill(new DynamoDBClient(client));
  const retagger: Retagger = { table, modelDigest: MODEL, classifiers: [after], now: () => new Date() };
  await timed('diff', () => planRetag(retagger));
  const { changed } = await timed('retag', () => retag(retagger));
  console.log(`  ${changed} images changed, ${(writeUnits / changed).toFixed(1)} write units each`);
  writeUnits = 0;
  await timed('retag once more', () => retag(retagger));
  console.log(`  ${writeUnits} write units the second time`);
  await timed('diff and sweep', () => planRetag(retagger, {}, { withSweep: true }));
}

/** Writes in batches without conditions, since nobody else writes. */
async function fill(client: DynamoDBClient): Promise<void> {
  const items: Item[] = [];
  const flush = async (size: number) => {
    while (items.length >= size && items.length > 0) {
      const requests = items.splice(0, 25).map((item) => ({
        PutRequest: { Item: marshall(item, { removeUndefinedValues: true }) },
      }));
      await client.send(new BatchWriteItemCommand({ RequestItems: { [LOCAL_TABLE_NAME]: requests } }));
    }
  };
  for (let i = 0; i < RECORDS; i++) {
    const one = record(i, before);
    for (const request of [putImageRecord(one), ...one.tags.map((tag) => putLabelEntry(one, tag))]) {
      if (request.kind === 'put') items.push(request.Item);
    }
    await flush(25);
  }
  await flush(1);
}

async function timed<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const store = await endpoint.processorSeconds();
  const elapsed = stopwatch();
  const result = await work();
  const { clockSeconds, processorSeconds } = elapsed();
  const storeSeconds = (await endpoint.processorSeconds()) - store;
  console.log(`${what}, ${RECORDS} records:`);
  console.log(`  our own      ${rate(RECORDS, processorSeconds)} of processor time`);
  console.log(`  the store's  ${rate(RECORDS, storeSeconds)} of its processor time`);
  console.log(
    `  by the clock ${rate(RECORDS, clockSeconds)}: ${(clockSeconds / storeSeconds).toFixed(2)} × the store's`,
  );
  return result;
}

interface Elapsed {
  readonly clockSeconds: number;
  /** Processor time of this process: that of the endpoint and of other programs is not in it. */
  readonly processorSeconds: number;
}

function stopwatch(): () => Elapsed {
  const [started, processor] = [performance.now(), process.cpuUsage()];
  return () => {
    const { user, system } = process.cpuUsage(processor);
    return { clockSeconds: (performance.now() - started) / 1_000, processorSeconds: (user + system) / 1e6 };
  };
}

/** Images per second, and what a million would take. */
function rate(images: number, seconds: number): string {
  const minutes = (A_MILLION * seconds) / images / 60;
  return `${(images / seconds).toFixed(0).padStart(6)} images/s, a million in ${minutes.toFixed(1)} min`;
}
