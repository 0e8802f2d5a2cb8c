import { join } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { acceptEveryUpload } from '../../functions/core/objects/object.ts';
import {
  type ImageRecord,
  imageRecordOf,
  readImageRecord,
} from '../../functions/core/records/image-record.ts';
import { queryLabelEntries } from '../../functions/core/records/label-entries.ts';
import type { Tagger } from '../../functions/core/tagging/tag-image.ts';
import { startEventSourceMapping } from '../../functions/local/queue/event-source-mapping.ts';
import { openQueue } from '../../functions/local/queue/queue.ts';
import { sampleNames } from '../../functions/local/samples.ts';
import { composeTagger } from '../../functions/tag-images/composition.ts';
import { messageTagger } from '../../functions/tag-images/tag-messages.ts';
import { repository, waitUntil } from '../e2e/support.ts';
import { type Fault, startFaultyProxy } from '../fixtures/faulty-proxy.ts';
import { startStores } from '../fixtures/stores.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

let stores: Awaited<ReturnType<typeof startStores>>;
beforeEach(async () => {
  stores = await startStores();
});
afterEach(() => stores.close());

/** Faults of every kind in turn for the first requests, then none. */
const FAULTS: readonly Fault[] = ['throttled', 'broken', 'reset', 'silent', 'reset-after', 'none'];
const faultyAtFirst = (requests: number) => (count: number) =>
  count < requests ? (FAULTS[count % FAULTS.length] ?? 'none') : 'none';

/** Nothing but the queue tries again, and what is silent is given up soon. */
const impatient = { maxAttempts: 1, requestHandler: { requestTimeout: 600, throwOnRequestTimeout: true } };

async function tagThrough(
  s3Url: string,
  dynamodbUrl: string,
  samples: readonly string[],
  patience: object = impatient,
) {
  const tagger = await composeTagger({
    modelFolder: join(repository, 'models/embedded'),
    labelSets: [join(repository, 'models/labels/general.yaml')],
    classifierFolder: stores.classifierFolder,
    maximumBytes: 2 ** 26,
    s3: { ...stores.s3Options, endpoint: s3Url, ...patience },
    table: {
      ...stores.tableOptions,
      client: { ...stores.tableOptions.client, endpoint: dynamodbUrl, ...patience },
    },
    warn: console.error,
  });
  const folder = await temporaryFolder();
  const queue = await openQueue({ folder, visibilityTimeoutSeconds: 60, maxReceiveCount: 1000 });
  const faults: string[] = [];
  const tagMessages = messageTagger({
    tagger,
    filter: acceptEveryUpload,
    maximumReceives: 1000,
    report: { outcome: () => {}, ignored: () => {}, fault: (error) => faults.push(String(error)) },
  });
  for (const body of await stores.uploadSamples(samples)) await queue.send(body);
  const mapping = startEventSourceMapping({
    queue,
    handler: (event: SQSEvent) => tagMessages(event),
    functionTimeoutSeconds: 60,
    retryDelaySeconds: 0,
    onFailure: () => {},
  });
  await waitUntil(async () => queue.counts().visible + queue.counts().inFlight === 0);
  const counts = queue.counts();
  await mapping.close();
  await queue.close();
  return { faults, counts, tagger };
}

describe('stores that fail for a while', () => {
  it('delay tagging through the partial batch response, with nothing lost and nothing doubled', async () => {
    const names = await sampleNames();
    const s3 = await startFaultyProxy(stores.s3Options.endpoint, faultyAtFirst(24));
    const dynamodb = await startFaultyProxy(stores.tableOptions.client.endpoint, faultyAtFirst(120));
    const { faults, counts } = await tagThrough(s3.url, dynamodb.url, names);
    await Promise.all([s3.close(), dynamodb.close()]);
    expect(faults.length).toBeGreaterThan(0);
    expect(counts).toEqual({ visible: 0, inFlight: 0, deadLetters: 0 });
    const direct = await tagThrough(stores.s3Options.endpoint, stores.tableOptions.client.endpoint, [], {});
    const records = await Promise.all(names.map((name) => readRecord(direct.tagger, name)));
    for (const record of records) expect(record).toMatchObject({ status: 'tagged', supersededTags: [] });
    await expectEntriesToMatch(direct.tagger, records);
    console.info(`${faults.length} messages came again, after ${dynamodb.requests()} requests to DynamoDB`);
    // On a busy machine what works is given up as well.
  }, 240_000);
});

describe('a message that is no event', () => {
  it('goes to the dead-letter queue after its receives, with the reason told each time', async () => {
    const queue = await openQueue({
      folder: await temporaryFolder(),
      visibilityTimeoutSeconds: 60,
      maxReceiveCount: 3,
    });
    const faults: string[] = [];
    const tagMessages = messageTagger({
      tagger: {} as unknown as Tagger, // never reached
      filter: acceptEveryUpload,
      report: { outcome: () => {}, ignored: () => {}, fault: (error) => faults.push(String(error)) },
    });
    await queue.send('<html>not for you</html>');
    const mapping = startEventSourceMapping({
      queue,
      handler: (event: SQSEvent) => tagMessages(event),
      functionTimeoutSeconds: 10,
      retryDelaySeconds: 0,
      onFailure: () => {},
    });
    await waitUntil(async () => queue.counts().deadLetters === 1);
    await mapping.close();
    await queue.close();
    expect(faults).toHaveLength(3);
    expect(new Set(faults)).toEqual(
      new Set(['MessageFault: Expected a JSON document but received "<html>not for you</html>"']),
    );
  });
});

async function readRecord({ table }: Tagger, name: string): Promise<ImageRecord> {
  const item = await table.read(readImageRecord({ bucket: 'bench', key: name }));
  return imageRecordOf(item ?? {});
}

/** Every tag has its one entry, and no other entry speaks of the images. */
async function expectEntriesToMatch(
  { table, classifiers }: Tagger,
  records: readonly ImageRecord[],
): Promise<void> {
  const labels = new Set(
    classifiers.flatMap(({ labelSet }) => labelSet.labels.flatMap(({ name, parent }) => [name, parent])),
  );
  const entries: { readonly key: unknown; readonly label: string; readonly score: unknown }[] = [];
  for (const label of labels) {
    if (label === undefined) continue;
    for await (const page of table.query(queryLabelEntries('general', label))) {
      entries.push(...page.map(({ key, score }) => ({ key, label, score })));
    }
  }
  const tags = records.flatMap(({ key, tags }) => tags.map(({ label, score }) => ({ key, label, score })));
  const written = (all: typeof entries) => all.map((one) => JSON.stringify(one)).sort();
  expect(written(entries)).toEqual(written(tags));
}
