import { execFile } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dynamoDbTagTable } from '../../../functions/adapters/aws/dynamodb.ts';
import { snapshotFile } from '../../../functions/adapters/files/snapshot-file.ts';
import { collectionFrom } from '../../../functions/core/search/collection/snapshot.ts';
import { openTableSearch } from '../../../functions/search/table-search.ts';
import { direction, MODEL, randomNumbers } from './synthetic-images.ts';

const THIS_FILE = fileURLToPath(import.meta.url);

/** What a process tells of its start: times from the opening of the search on. */
export interface ColdSearch {
  readonly hasSnapshot: boolean;
  readonly images: number;
  readonly restoredMilliseconds: number;
  readonly loadedMilliseconds: number;
  /** Of the processor. */
  readonly processorMilliseconds: number;
  /** Cosines of all images with a first query. */
  readonly answeredMilliseconds: number;
  /** What memory has grown by since before the opening, without what waits to be collected. */
  readonly grownBytes: number;
  /** The most that the process held at any moment. */
  readonly peakBytes: number;
  readonly collectionBytes: number;
}

export const tableAt = (endpoint: string) =>
  dynamoDbTagTable({
    tableName: 'images',
    client: {
      endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    },
  });

/** Opens the search in a new process. */
export async function coldSearch(endpoint: string, snapshot: string): Promise<ColdSearch> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--expose-gc', '--import', 'tsx', THIS_FILE, endpoint, snapshot],
  ]);
  return JSON.parse(stdout);
}

/** What a snapshot takes in a process that does nothing else: AWS's SDK has a heap of its own. */
export async function restoredBytes(snapshot: string): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--expose-gc', '--import', 'tsx', THIS_FILE, snapshot],
  ]);
  return Number(stdout);
}

async function restore(snapshot: string): Promise<void> {
  global.gc?.();
  const before = process.memoryUsage().rss;
  const chunks = await snapshotFile(snapshot).read();
  const restored = chunks && (await collectionFrom(chunks, MODEL));
  restored?.collection.cosines(direction(randomNumbers(7)));
  global.gc?.();
  await sleep(500); // buffers that were let go are given back by another thread
  console.log(process.memoryUsage().rss - before);
  restored?.collection.labelCounts(); // so that it is still there
}

async function measure(endpoint: string, snapshot: string): Promise<void> {
  const query = direction(randomNumbers(7));
  const table = tableAt(endpoint);
  global.gc?.();
  const before = process.memoryUsage().rss;
  const [begun, used] = [performance.now(), process.cpuUsage()];
  const elapsed = () => performance.now() - begun;
  const search = await openTableSearch({ table, modelDigest: MODEL, snapshots: snapshotFile(snapshot) });
  const restoredMilliseconds = elapsed();
  await search.loaded;
  const loadedMilliseconds = elapsed();
  const { user, system } = process.cpuUsage(used);
  search.collection.cosines(query);
  const answeredMilliseconds = elapsed();
  await search.close();
  global.gc?.();
  const { rss } = process.memoryUsage();
  const told: ColdSearch = {
    hasSnapshot: search.hasSnapshot,
    images: search.collection.rowCount,
    restoredMilliseconds,
    loadedMilliseconds,
    processorMilliseconds: (user + system) / 1_000,
    answeredMilliseconds,
    grownBytes: rss - before,
    peakBytes: process.resourceUsage().maxRSS * 1_024,
    collectionBytes: search.collection.byteLength,
  };
  console.log(JSON.stringify(told));
}

if (process.argv[1] === THIS_FILE) {
  const [first = '', second] = process.argv.slice(2);
  await (second === undefined ? restore(first) : measure(first, second));
}
