import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CloudFormationClient, CreateStackCommand } from '@aws-sdk/client-cloudformation';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbTagTable } from '../../functions/adapters/aws/dynamodb.ts';
import { createTable } from '../../functions/adapters/aws/dynamodb-table.ts';
import { cachedClassifier } from '../../functions/adapters/files/classifier-cache.ts';
import { readLabelSets } from '../../functions/adapters/files/label-set-files.ts';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { embeddingToBytes } from '../../functions/core/labels/embedding.ts';
import { nextImageRecord } from '../../functions/core/records/next-record.ts';
import { commitRecord, readRecord } from '../../functions/core/records/record-commit.ts';
import type { ScannableTable } from '../../functions/core/records/tag-table.ts';
import { tableInput } from '../../functions/local/dynamodb/table.ts';
import { composeRetagger } from '../../functions/retag/composition.ts';
import { type RetagWorker, retagWorker } from '../../functions/retag/worker.ts';
import { type CliResult, jsonLines, runCli } from '../e2e/support/cli-process.ts';
import { scanInPagesOf } from '../fixtures/small-pages.ts';
import { retagDefinition } from '../infra/retag-definition.ts';
import { templateWith } from '../infra/tagger-template.ts';
import { type MotoAccount, openMotoAccount } from '../integration/support/moto-account.ts';
import { startWorkflowEndpoint } from '../integration/support/moto-workflow.ts';
import { available } from '../integration/tools.ts';

/**
 * `cliptag retag --stack` from end to end: moto's interpreter runs the workflow's definition as it is deployed, and its
 * calls of the function are answered by the worker of that function, on a table of moto's. Only an account can show the
 * roles at work, and a segment that takes longer than a function may.
 */
const hasMoto = available('moto_server');

const IMAGES = 24;
const SEGMENTS = 3;
const TABLE = 'tags';

describe.skipIf(!hasMoto)('a deployed stack that retags', () => {
  let account: MotoAccount;
  let folder: string;
  let table: ScannableTable;
  let work: RetagWorker;
  let workflow: Awaited<ReturnType<typeof startWorkflowEndpoint>>;
  let isTimeUp = false;
  let faults: Error[] = [];
  const calls: { readonly task: string; readonly segment?: number; readonly isDone?: boolean }[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'cliptag-retag-stack-'));
    account = await openMotoAccount(invoke);
    await fetch(`${account.client.endpoint}/moto-api/config`, {
      method: 'POST',
      body: JSON.stringify({ stepfunctions: { execute_state_machine: true } }),
    });
    await createTable(account.client, tableInput(TABLE));
    table = dynamoDbTagTable({ tableName: TABLE, client: account.client });
    await fill();
    await deployLabels(1, ['cat', 'dog']);
    await deployStack();
  });
  afterAll(async () => {
    workflow?.close();
    await account?.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Pictures of cats and dogs in turn, that nobody has given a tag yet. */
  async function fill(): Promise<void> {
    const encoder = onnxTextEncoder(await readModel('models/embedded'));
    const embeddings = await encoder.encode(['a photo of a cat', 'a photo of a dog']);
    for (let i = 0; i < IMAGES; i++) {
      const object = { bucket: 'photos', key: `${i % 3}/${i}.jpg`, sequencer: '1' };
      const embedding = embeddingToBytes(embeddings[i % 2]!);
      const content = { status: 'tagged', tags: [], embedding, modelDigest: encoder.modelDigest } as const;
      const time = { eventTime: '', now: new Date() };
      await commitRecord(nextImageRecord(undefined, object, { ...content, labelSets: {} }, time), [], table);
    }
  }

  /** What the image of a deployment holds: label sets, and their classifiers compiled ahead. */
  async function deployLabels(version: number, labels: readonly string[]): Promise<void> {
    const path = join(folder, `mine-${version}.json`);
    const labelSet = { name: 'mine', version, mode: 'exclusive', labels, minimumScore: 0.3 };
    await writeFile(path, JSON.stringify(labelSet));
    const encoder = onnxTextEncoder(await readModel('models/embedded'));
    for (const one of await readLabelSets([path])) await cachedClassifier(one, encoder, folder);
    const environment = {
      ...{ TABLE_NAME: TABLE, MODEL_FOLDER: 'models/embedded' },
      ...{ LABEL_SETS: [path], CLASSIFIER_FOLDER: folder, TABLE_SHARDS: 1, VECTOR_INDEX: false },
    };
    const retagger = await composeRetagger(environment, account.client);
    const scan = scanInPagesOf(3, { tableName: TABLE, client: account.client });
    work = retagWorker({ ...retagger, table: { ...retagger.table, scan } });
  }

  async function deployStack(): Promise<void> {
    const definition = retagDefinition(templateWith({ retagConcurrency: SEGMENTS }), functionArn());
    workflow = await startWorkflowEndpoint(account, definition);
    const { stateMachineArn } = workflow;
    const output = (Value: string) => ({ Value });
    const template = {
      Resources: { Queue: { Type: 'AWS::SQS::Queue' } },
      Outputs: { TagTableName: output(TABLE), RetagWorkflowArn: output(stateMachineArn) },
    };
    await new CloudFormationClient(account.client).send(
      new CreateStackCommand({ StackName: 'Mine', TemplateBody: JSON.stringify(template) }),
    );
  }

  const functionArn = () => `arn:aws:lambda:us-east-1:${account.id}:function:retag`;

  async function invoke(_functionName: string, payload: string): Promise<string> {
    const fault = faults.pop();
    if (fault) throw fault;
    const order = JSON.parse(payload);
    const { answer } = await work(order, () => (isTimeUp ? 0 : 900_000));
    calls.push({ ...order, ...answer });
    return JSON.stringify(answer);
  }

  const retag = (...args: string[]): Promise<CliResult> => {
    calls.length = 0;
    const env = { ...account.env, AWS_ENDPOINT_URL_SFN: workflow.url };
    return runCli(['retag', '--stack', 'Mine', ...args], { env });
  };
  const labelsOf = async (key: string) =>
    (await readRecord({ bucket: 'photos', key }, table))?.tags.map(({ label }) => label);

  it('says what would change, by the label sets of the deployment, and writes nothing', async () => {
    const { code, stdout, stderr } = await retag('--dry-run');
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringMatching(
        /^cliptag retag: the label sets that count are those that Mine was deployed with: mine \([0-9a-f]{8}\)\n$/,
      ),
    });
    expect(stdout).toMatch(/^Images: 24 with tags\. 24 change, 0 keep/);
    expect(stdout).toMatch(/\nmine:cat +12 +0 +0\n/);
    expect(stdout).toMatch(/\n {2}s3:\/\/photos\/[\s\S]*\nStale label entries: 0 found\.\n$/);
    expect(await labelsOf('0/0.jpg')).toEqual([]);
    expect(calls.filter(({ task }) => task === 'segment')).toHaveLength(SEGMENTS);
  });

  it('writes call by call, each for as long as it may, and again after a fault', async () => {
    isTimeUp = true;
    faults = [Object.assign(new Error('throttled'), { name: 'ThrottlingException' })];
    const result = await retag('--yes', '--json');
    isTimeUp = false;
    expect(result.code).toBe(0);
    expect(jsonLines(result)).toMatchObject([
      { step: 'plan', images: IMAGES, changed: IMAGES },
      { step: 'done', images: IMAGES, changed: IMAGES, right: 0, stale: 0 },
    ]);
    expect(faults).toEqual([]);
    // Plan and write; pages of three items make several calls of each segment, the last of which is done.
    const segments = calls.filter(({ task }) => task === 'segment');
    expect(segments.filter(({ isDone }) => isDone)).toHaveLength(2 * SEGMENTS);
    expect(segments.length).toBeGreaterThan(4 * SEGMENTS);
    expect(await labelsOf('0/0.jpg')).toEqual(['cat']);
    expect(await labelsOf('1/1.jpg')).toEqual(['dog']);
    const again = await retag('--yes', '--json');
    expect(jsonLines(again)[1]).toMatchObject({ images: IMAGES, changed: 0, right: IMAGES });
  });

  it('works on a prefix only, where one is named', async () => {
    await deployLabels(2, ['dog', 'car']);
    const result = await retag('--yes', '--json', '--prefix', '0/');
    expect(jsonLines(result)[1]).toMatchObject({ images: IMAGES / 3, right: 0 });
    expect(await labelsOf('1/1.jpg')).toEqual(['dog']);
    expect(await labelsOf('0/0.jpg')).not.toContain('cat');
  });

  it('rejects label sets and models beside a stack', async () => {
    const { code, stderr } = await retag('--dry-run', '--labels', 'mine.yaml');
    expect(code).toBe(2);
    expect(stderr).toMatch(/--stack retags with the label sets that it was deployed with/);
  });

  it('rejects writing with label sets other than those of the plan, at the first try', async () => {
    const old = work;
    await deployLabels(3, ['cat', 'car']);
    const fresh = work;
    // Deployed between plan and write: the summary of the plan is the last call by the old one.
    work = async (event, remaining) => {
      const done = await old(event, remaining);
      if ((event as { task: string }).task === 'summary') work = fresh;
      return done;
    };
    const { code, stderr } = await retag('--yes');
    expect(code).toBe(1);
    expect(stderr).toMatch(/the run ended as FAILED .*label-sets-changed.*retag again/s);
    expect(calls.at(-1)?.task).toBe('summary');
    expect(await labelsOf('1/1.jpg')).toEqual(['dog']);
  });
});
