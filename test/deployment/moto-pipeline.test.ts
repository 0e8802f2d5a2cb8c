import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { type Bucket, s3Bucket } from '../../functions/adapters/aws/s3-bucket.ts';
import { acceptEveryUpload } from '../../functions/core/objects/object.ts';
import { imageRecordOf, readImageRecord } from '../../functions/core/records/image-record.ts';
import type { ScannableTable } from '../../functions/core/records/tag-table.ts';
import { ensureTable } from '../../functions/local/dynamodb/table.ts';
import type { LocalQueue } from '../../functions/local/queue/contract.ts';
import {
  type EventSourceMapping,
  startEventSourceMapping,
} from '../../functions/local/queue/event-source-mapping.ts';
import { SAMPLE_FOLDER, sampleNames } from '../../functions/local/samples.ts';
import { composeTagger } from '../../functions/tag-images/composition.ts';
import { messageTagger } from '../../functions/tag-images/tag-messages.ts';
import { makeFolder, repository } from '../e2e/support.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { openSqsQueue } from '../integration/support/sqs-queue.ts';
import { available } from '../integration/tools.ts';
import { checkEndState } from '../unit/core/end-state.ts';
import { play } from '../unit/core/in-memory-world.ts';
import { randomScenario } from '../unit/core/random-scenario.ts';

/** The pipeline's stores, its poller and the bucket's notifications, as on one machine, but moto is S3, SQS and DynamoDB. */
const hasMoto = available('moto_server');

const BUCKET = 'photos';
const TABLE = 'tags';
const PROPERTY_CASES = 6;

describe.skipIf(!hasMoto)('the pipeline on moto', () => {
  let account: MotoAccount;
  let bucket: Bucket;
  let queue: LocalQueue;
  let table: ScannableTable;
  let mapping: EventSourceMapping;
  const failures: string[] = [];
  let removeFolder: () => Promise<void>;

  beforeAll(async () => {
    const { folder, remove } = await makeFolder();
    removeFolder = remove;
    account = await openMotoAccount();
    const { client } = account;
    const s3 = { ...client, forcePathStyle: true };
    await ensureTable({ url: client.endpoint, credentials: client.credentials }, TABLE);
    const opened = await openSqsQueue('uploads', client);
    queue = opened.queue;
    bucket = s3Bucket(BUCKET, s3);
    await bucket.create(opened.queueArn);
    const tableOptions = { tableName: TABLE, client };
    table = dynamoDbTagTable(tableOptions);
    const tagger = await composeTagger({
      modelFolder: join(repository, 'models/embedded'),
      labelSets: [join(repository, 'models/labels')],
      classifierFolder: folder,
      maximumBytes: 2 ** 26,
      s3,
      table: tableOptions,
      warn: console.error,
    });
    const fault = (error: unknown) => void failures.push(String(error));
    const tagMessages = messageTagger({
      tagger,
      filter: acceptEveryUpload,
      report: { outcome: () => {}, ignored: () => {}, fault },
    });
    mapping = startEventSourceMapping({
      queue,
      handler: (event) => tagMessages(event),
      functionTimeoutSeconds: 900,
      onFailure: (reason) => void failures.push(reason),
    });
  });
  afterAll(async () => {
    await mapping?.close();
    await queue?.close();
    bucket?.close();
    await account?.close();
    await removeFolder?.();
  });

  async function recordOf(key: string) {
    const item = await table.read(readImageRecord({ bucket: BUCKET, key }));
    return item && imageRecordOf(item);
  }

  async function untilStatus(key: string, status: string): Promise<void> {
    await vi.waitFor(async () => expect(await recordOf(key)).toMatchObject({ status }), {
      timeout: 300_000,
      interval: 200,
    });
  }

  it('tags what is uploaded, records what is no image, and finds both', async () => {
    for (const name of await sampleNames()) {
      const bytes = await readFile(join(SAMPLE_FOLDER, name));
      await bucket.put(`in/${name} ü+&.bin`, bytes, bytes.length);
    }
    await bucket.put('in/text.jpg', Buffer.from('no image'), 8);
    for (const name of await sampleNames()) await untilStatus(`in/${name} ü+&.bin`, 'tagged');
    await untilStatus('in/text.jpg', 'failed');
    const cat = await recordOf('in/chelsea.png ü+&.bin');
    expect(cat?.tags.length).toBeGreaterThan(0);
    expect(cat).toMatchObject({ bucket: BUCKET, width: 451, height: 300 });
    expect(failures).toEqual([]);
  });

  it('leaves a tombstone for what is removed', async () => {
    const client = new S3Client({ ...account.client, forcePathStyle: true });
    await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: 'in/text.jpg' }));
    client.destroy();
    await untilStatus('in/text.jpg', 'deleted');
  });

  it('ends in the state of the newest event, whatever the order, on moto’s DynamoDB', async () => {
    const kind = { faults: true, deployments: true, retags: true };
    let cases = 0;
    await fc.assert(
      fc.asyncProperty(randomScenario(kind), fc.scheduler(), async (scenario, scheduler) => {
        const bucketName = `random-${cases++}`;
        const course = await play(scenario, scheduler, table, { bucketName });
        await checkEndState(scenario, course, table, { kind, bucketName });
      }),
      { numRuns: PROPERTY_CASES, interruptAfterTimeLimit: 60_000 },
    );
    expect(cases).toBeGreaterThan(0);
    console.log(`${cases} cases on moto’s DynamoDB`);
  });
});
