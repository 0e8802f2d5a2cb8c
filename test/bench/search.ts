import { once } from 'node:events';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAdaptorServer } from '@hono/node-server';
import { snapshotFile } from '../../functions/adapters/files/snapshot-file.ts';
import { apiApp } from '../../functions/api/api-app.ts';
import { API_BASE } from '../../functions/api/contract.ts';
import { dot, embeddingFromBytes } from '../../functions/core/labels/embedding.ts';
import { openImageSearch } from '../../functions/core/search/open-image-search.ts';
import { openTableSearch, type TableSearch } from '../../functions/search/table-search.ts';
import { type ColdSearch, coldSearch, restoredBytes, tableAt } from './search/cold-search.ts';
import { load } from './search/load-process.ts';
import { onnxSearch } from './search/onnx-search.ts';
import { percentilesText, timings } from './search/percentiles.ts';
import { startScanProcess } from './search/scan-process.ts';
import {
  BUCKET,
  DIMENSIONS,
  direction,
  imageDirection,
  MODEL,
  randomNumbers,
  syntheticImage,
} from './search/synthetic-images.ts';

/**
 * `npm run bench:search -- [images] [queries] [seconds of load]`: the search over a table of synthetic images, which another process
 * serves from answers that were made before: its start, without and with a snapshot, its memory, and its queries, beside
 * a plain loop over float32 and a graph of ONNX Runtime; then 200 queries a second through the HTTP API on loopback.
 */
const IMAGES = Number(process.argv[2] ?? 100_000);
const QUERIES = Number(process.argv[3] ?? 300);
const LOAD_SECONDS = Number(process.argv[4] ?? 60);
const QUERIES_PER_SECOND = 200;
/** Images of an answer, which are read from the table and scored anew. */
const PAGE = 50;
const MEGABYTE = 1_000_000;

console.log(`${cpus()[0]?.model.trim()}, ${availableParallelism()} cores, Node ${process.version}`);
console.log(`${IMAGES} images of ${DIMENSIONS} dimensions, with 5 tags each and keys of 60 characters\n`);
const folder = await mkdtemp(join(tmpdir(), 'cliptag-bench-search-'));
const table = await startScanProcess(IMAGES);
try {
  const snapshot = join(folder, 'search.snapshot');
  tellStart('first start, from the table alone', await coldSearch(table.url, snapshot));
  tellStart('start from a snapshot', await coldSearch(table.url, snapshot));
  const [size, taken] = [(await stat(snapshot)).size, await restoredBytes(snapshot)].map((bytes) =>
    (bytes / MEGABYTE).toFixed(0),
  );
  console.log(
    `  the snapshot has ${size} MB; a process that does nothing else grows by ${taken} MB with it\n`,
  );
  const search = await openTableSearch({
    ...{ table: tableAt(table.url), modelDigest: MODEL, snapshots: snapshotFile(snapshot) },
    compareSeconds: Number.POSITIVE_INFINITY,
  });
  await search.loaded;
  await benchCosines(search);
  const queries = queriesOf(search);
  await benchQueries(queries);
  if (LOAD_SECONDS > 0) await benchLoad(queries);
} finally {
  await table.stop();
  await rm(folder, { recursive: true });
}

function tellStart(what: string, cold: ColdSearch): void {
  const seconds = (milliseconds: number) => `${(milliseconds / 1_000).toFixed(2)} s`;
  const megabytes = (bytes: number) => `${(bytes / MEGABYTE).toFixed(0)} MB`;
  console.log(`${what} (${cold.images} images):`);
  if (cold.hasSnapshot) console.log(`  restored     ${seconds(cold.restoredMilliseconds)}`);
  console.log(
    `  complete     ${seconds(cold.loadedMilliseconds)}, of the processor ${seconds(cold.processorMilliseconds)}`,
  );
  console.log(`  first answer ${seconds(cold.answeredMilliseconds)}`);
  console.log(
    `  memory       ${megabytes(cold.collectionBytes)} in arrays and keys; the process grew by ${megabytes(cold.grownBytes)}, to ${megabytes(cold.peakBytes)} at most`,
  );
}

/** Cosines of all images with a vector, and the first hundred of them, without anything else. */
async function benchCosines({ collection }: TableSearch): Promise<void> {
  const random = randomNumbers(99);
  const queries = Array.from({ length: QUERIES }, (_, i) => (i % 2 ? direction(random) : imageDirection(i)));
  const queryAt = (i: number) => queries[i % queries.length] ?? new Float32Array(DIMENSIONS);
  console.log('cosines of all images with one vector, on one core:');
  console.log(
    `  kernel        ${percentilesText(await timings(QUERIES, (i) => collection.cosines(queryAt(i))))}`,
  );
  const exact = new Float32Array(IMAGES * DIMENSIONS);
  for (let i = 0; i < IMAGES; i++) {
    const bytes = syntheticImage(i).embedding ?? new Uint8Array(0);
    const row = collection.rowOf(syntheticImage(i));
    exact.set(embeddingFromBytes(bytes, MODEL).values, row * DIMENSIONS);
  }
  tellError(collection.cosines(queryAt(0)), exact, queryAt(0));
  const loop = await timings(10, (i) => floatCosines(exact, queryAt(i)));
  console.log(`  float32 loop  ${percentilesText(loop)}`);
  const [matrix, scales] = columnsOf(exact);
  const begun = performance.now();
  const onnx = await onnxSearch(matrix, scales, DIMENSIONS, 100);
  const madeSeconds = (performance.now() - begun) / 1_000;
  console.log(`  ONNX Runtime  ${percentilesText(await timings(QUERIES, (i) => onnx.first(queryAt(i))))}`);
  console.log(
    `    with the first 100 (MatMulInteger, Mul, TopK; one thread; its session is made in ${madeSeconds.toFixed(1)} s)`,
  );
  await onnx.close();
}

function tellError(cosines: Float32Array, exact: Float32Array, query: Float32Array): void {
  let [sum, largest] = [0, 0];
  for (const [row, cosine] of cosines.entries()) {
    const error = Math.abs(cosine - dot(query, exact, row * DIMENSIONS));
    sum += error;
    largest = Math.max(largest, error);
  }
  console.log(`    off by ${(sum / cosines.length).toFixed(5)} on average, ${largest.toFixed(4)} at most`);
}

function floatCosines(rows: Float32Array, query: Float32Array): Float32Array {
  const cosines = new Float32Array(rows.length / query.length);
  for (let row = 0; row < cosines.length; row++) {
    const begin = row * query.length;
    let sum = 0;
    for (let i = 0; i < query.length; i++) sum += (query[i] ?? 0) * (rows[begin + i] ?? 0);
    cosines[row] = sum;
  }
  return cosines;
}

/** Rows of float32 as columns of int8 with a scale a row. */
function columnsOf(rows: Float32Array): readonly [Int8Array, Float32Array] {
  const scales = new Float32Array(IMAGES);
  const columns = new Int8Array(rows.length);
  for (let row = 0; row < IMAGES; row++) {
    const values = rows.subarray(row * DIMENSIONS, (row + 1) * DIMENSIONS);
    const greatest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    scales[row] = greatest / 127;
    for (const [i, value] of values.entries())
      columns[i * IMAGES + row] = Math.round((127 * value) / greatest);
  }
  return [columns, scales];
}

/** The search that command line, API and page ask, with an encoder that knows its texts by heart. */
function queriesOf({ collection }: TableSearch) {
  const random = randomNumbers(5);
  const texts = new Map<string, Float32Array>();
  for (let i = 0; i < Math.max(2 * QUERIES, 500); i++) {
    const far = direction(random);
    texts.set(
      `text ${i}`,
      imageDirection(i).map((value, d) => (value + (far[d] ?? 0)) / Math.SQRT2),
    );
  }
  return openImageSearch({
    collection,
    table: tableAt(table.url),
    labelSets: [],
    textEncoder: async () => ({
      modelDigest: MODEL,
      logitScale: 100,
      encode: async (asked) =>
        asked.map((text) => ({
          modelDigest: MODEL,
          values: texts.get(text) ?? new Float32Array(DIMENSIONS),
        })),
    }),
  });
}

/** Whole queries, from the text to the page: all images are compared, and those of the page read and scored anew. */
async function benchQueries(search: ReturnType<typeof queriesOf>): Promise<void> {
  const kinds: Readonly<Record<string, (i: number) => string>> = {
    text: (i) => `"text ${i}"`,
    'text and label': (i) => `"text ${i}" label:"label ${i % 200}"`,
    label: (i) => `label:"label ${i % 300}"`,
    'labels, NOT': (i) => `label:"label ${i % 9}" -label:"label ${(i + 1) % 9}" score>0.6`,
    similar: (i) => `similar:"${syntheticImage(i).key}"`,
    prefix: (i) => `prefix:"${syntheticImage(i).key.slice(0, 20)}"`,
    everything: () => '',
  };
  console.log(`\nqueries, with ${PAGE} images of ${BUCKET} read from the table by HTTP and scored anew:`);
  for (const [kind, queryOf] of Object.entries(kinds)) {
    const measured = await timings(QUERIES, (i) => search.search({ query: queryOf(i), limit: PAGE }));
    const { total } = await search.search({ query: queryOf(1), limit: PAGE });
    console.log(`  ${kind.padEnd(14)} ${percentilesText(measured)} (${total} images)`);
  }
}

/** The API in this process, asked by another one. */
async function benchLoad(search: ReturnType<typeof queriesOf>): Promise<void> {
  const unasked = () => Promise.reject(new Error('Not asked by this bench'));
  const app = apiApp(
    { search: { duplicates: unasked, ...search }, image: unasked },
    { scope: { buckets: [], prefixes: [] }, maximumPictureBytes: 0, report: (error) => console.error(error) },
  );
  const server = createAdaptorServer({ fetch: app.fetch, hostname: '127.0.0.1' }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const used = process.cpuUsage();
  const figures = await load(`http://127.0.0.1:${port}${API_BASE}/search`, QUERIES_PER_SECOND, LOAD_SECONDS);
  const { user, system } = process.cpuUsage(used);
  server.close();
  const of = (part: number) =>
    figures.milliseconds[Math.floor(part * (figures.milliseconds.length - 1))] ?? Number.NaN;
  console.log(
    `\n${QUERIES_PER_SECOND} queries a second for ${LOAD_SECONDS} s through the HTTP API on loopback:`,
  );
  console.log(
    `  answered ${figures.answered}, failed ${figures.failed}; of the processor ${((user + system) / LOAD_SECONDS / 10_000).toFixed(0)} %`,
  );
  console.log(`  p50 ${of(0.5).toFixed(1)}, p90 ${of(0.9).toFixed(1)}, p99 ${of(0.99).toFixed(1)} ms`);
}
