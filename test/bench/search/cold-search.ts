import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { dynamoDbTagTable } from '../../../functions/adapters/aws/dynamodb.ts';
import { snapshotFile } from '../../../functions/adapters/files/snapshot-file.ts';
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

if (process.argv[1] === THIS_FILE) await measure(process.argv[2] ?? '', process.argv[3] ?? '');
