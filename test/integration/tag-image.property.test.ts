import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import type { ScannableTable } from '../../functions/core/records/tag-table.ts';
import {
  type DynamoDbEndpoint,
  startDynamoDbEndpoint,
} from '../../functions/local/dynamodb/dynamodb-endpoint.ts';
import { ensureTable, LOCAL_TABLE_NAME } from '../../functions/local/dynamodb/table.ts';
import { checkEndState } from '../unit/core/end-state.ts';
import { hardTable, play } from '../unit/core/in-memory-world.ts';
import { randomScenario } from '../unit/core/random-scenario.ts';
import { dynamoDbDouble, type Mishap } from './support/dynamodb-double.ts';

/** Cases over HTTP; CLIPTAG_PROPERTY_RUNS asks for more of them, as of those in memory. */
const RUNS = Math.ceil(Number(process.env.CLIPTAG_PROPERTY_RUNS ?? 2000) / 150);

let folder: string;
let endpoint: DynamoDbEndpoint;
let table: ScannableTable;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'cliptag-property-'));
  endpoint = await startDynamoDbEndpoint({ folder });
  await ensureTable(endpoint);
  const { url, credentials } = endpoint;
  table = dynamoDbTagTable({
    tableName: LOCAL_TABLE_NAME,
    client: { endpoint: url, credentials, region: 'us-east-1', maxAttempts: 1 },
  });
});

afterAll(async () => {
  await endpoint.close();
  await rm(folder, { recursive: true });
});

it('tagImage beside retag and listings ends in the state of the newest event on the embedded DynamoDB, and label queries are right after every write', async () => {
  const kind = { faults: true, deployments: true, retags: true, listings: true };
  let cases = 0;
  let writes = 0;
  await fc.assert(
    fc.asyncProperty(randomScenario(kind), fc.scheduler(), async (scenario, scheduler) => {
      // All cases share the table, each with a bucket of its own.
      const bucketName = `photos-${cases++}`;
      const course = await play(scenario, scheduler, table, { bucketName });
      await checkEndState(scenario, course, table, { kind, bucketName });
      writes += course.writes;
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 45_000 },
  );
  expect(cases).toBeGreaterThan(0);
  console.log(`${cases} cases on the embedded DynamoDB: ${writes} writes`);
});

it('and through the AWS SDK, where keys are put off, requests fail, and answers are lost so that the SDK sends writes twice', async () => {
  const kind = { faults: true, deployments: true, retags: true, listings: true };
  /** Cases begin somewhere else each. */
  const MISHAPS: readonly Mishap[] = ['none', 'put-off', 'none', 'lost', 'none', 'busy', 'none', 'failed'];
  const met = new Map<Mishap, number>();
  await fc.assert(
    fc.asyncProperty(randomScenario(kind), fc.scheduler(), fc.nat(7), async (scenario, scheduler, first) => {
      const { table: inMemory, expire, catchUp } = hardTable(scenario);
      let requests = first;
      const mishapOf = () => {
        // What becomes of runs that are told of a fault is played in memory.
        const mishap = MISHAPS[requests++ % MISHAPS.length] ?? 'none';
        met.set(mishap, (met.get(mishap) ?? 0) + 1);
        return mishap;
      };
      const client = dynamoDbDouble(inMemory, mishapOf);
      const throughSdk = dynamoDbTagTable({ tableName: 'tags', client });
      const course = await play(scenario, scheduler, inMemory, { expire, seenThrough: () => throughSdk });
      catchUp();
      await checkEndState(scenario, course, throughSdk, { kind });
    }),
    { numRuns: RUNS, interruptAfterTimeLimit: 20_000 },
  );
  for (const mishap of ['put-off', 'lost', 'busy', 'failed'] as const)
    expect(met.get(mishap)).toBeGreaterThan(0);
  console.log(`through the AWS SDK: ${JSON.stringify(Object.fromEntries(met))}`);
});
