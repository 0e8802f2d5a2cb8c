import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { nextImageRecord, putImageRecord } from '../../functions/core/records/image-record.ts';
import { forEachAtOnce } from '../../functions/core/records/table-scan.ts';
import { startDynamoDbEndpoint } from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_REGION, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { startPageServer } from '../../functions/local/page-server/page-server.ts';
import type { Pipeline } from '../../functions/local/pipeline.ts';
import { noteOutcome, openShownImages, pagePorts } from '../../functions/local/pipeline-ports.ts';

/**
 * How long the local pipeline's page takes to be told what it shows, with few and with many images in the table:
 *
 *   node --import tsx test/bench/gallery.ts --images 100000
 */
const { values } = parseArgs({ options: { images: { type: 'string', default: '100000' } } });
const images = Number(values.images);
const ASKED_TIMES = 9;
const WRITTEN_AT_ONCE = 16;

const folder = await mkdtemp(join(tmpdir(), 'cliptag-gallery-'));
const endpoint = await startDynamoDbEndpoint({ folder: join(folder, 'dynamodb') });
await ensureTable(endpoint);
const { url, credentials } = endpoint;
const client = { endpoint: url, credentials, region: LOCAL_REGION };
const table = dynamoDbTagTable({ tableName: LOCAL_TABLE_NAME, client });
const recent = await openShownImages(folder, table, console.warn);
const gallery = await startPageServer(
  0,
  pagePorts({ tagger: { table, encoder: { modelDigest: 'model' } } } as unknown as Pipeline, recent),
);

const tags = ['dog', 'grass', 'outdoors', 'animal', 'summer'].map((label) => ({
  ...{ set: 'general', label, score: 0.9 },
}));
const content = { status: 'tagged', tags, embedding: new Uint8Array(1024), modelDigest: 'model' } as const;
const numbers = Array.from({ length: images }, (_, number) => number);
for (const batch of [numbers.slice(0, 1_000), numbers.slice(1_000)]) {
  const began = performance.now();
  await forEachAtOnce(batch, WRITTEN_AT_ONCE, async (number) => {
    const object = { bucket: 'photos', key: `albums/${number}.jpg`, eTag: 'e'.repeat(32), sequencer: '1' };
    const record = nextImageRecord(undefined, object, content, { eventTime: '', now: new Date() });
    await table.write(putImageRecord(record));
    noteOutcome({ object, result: 'tagged', record }, recent);
  });
  const seconds = (performance.now() - began) / 1_000;
  console.log(
    `${(batch.at(-1) ?? 0) + 1} images in the table (${seconds.toFixed(0)} s): ${await timesOfPage()}`,
  );
}
await gallery.close();
await recent.close();
await endpoint.close();
await rm(folder, { recursive: true });

async function timesOfPage(): Promise<string> {
  const times: number[] = [];
  let shown = 0;
  for (let time = 0; time < ASKED_TIMES; time++) {
    const began = performance.now();
    const answer = await fetch(`http://127.0.0.1:${gallery.port}/images.json`);
    shown = ((await answer.json()) as unknown[]).length;
    times.push(performance.now() - began);
  }
  times.sort((a, b) => a - b);
  const [fastest = 0, median = 0] = [times[0], times[(ASKED_TIMES - 1) / 2]];
  return `/images.json tells of ${shown} in ${median.toFixed(0)} ms (fastest ${fastest.toFixed(0)} ms)`;
}
