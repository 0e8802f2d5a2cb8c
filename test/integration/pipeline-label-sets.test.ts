import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LabelSetsAnswer } from '../../functions/api/contract.ts';
import { labelSetsAtHand } from '../../functions/cli/pipeline/label-sets-at-hand.ts';
import { pipelineLabelling, pipelineLabelSets } from '../../functions/cli/pipeline/local-pipeline.ts';
import { labelSetDigest } from '../../functions/core/labels/label-set.ts';
import { readRecord } from '../../functions/core/records/record-commit.ts';
import { LOCAL_BUCKET_NAME } from '../../functions/local/pipeline.ts';
import { runCli } from '../e2e/support/cli-process.ts';
import { type PageOnTinyPipeline, startPageOnTinyPipeline } from '../fixtures/page-on-tiny-pipeline.ts';
import { tinyModelFolder, untilIdle, uploadPictures } from '../fixtures/tiny-pipeline.ts';

let folder: string;
let running: PageOnTinyPipeline;
let printed: string[];
let httpPort: number;

const text = (labels: readonly string[]) =>
  `name: tiny\nversion: 1\nmode: exclusive\nlabels: [${labels.join(', ')}]\n`;
const write = (labels: readonly string[]) => put(text(labels));
const recordOf = (key: string) =>
  readRecord({ bucket: LOCAL_BUCKET_NAME, key }, running.pipeline.tagger.table);
const digestNow = () => running.pipeline.tagger.classifiers[0]?.labelSetDigest;

/** Puts the file in its place all at once, so that no look at it sees a part. */
async function put(content: string): Promise<void> {
  await writeFile(join(folder, 'written'), content);
  await rename(join(folder, 'written'), join(folder, 'labels.yaml'));
}

async function ask(path: string, method = 'GET'): Promise<LabelSetsAnswer> {
  const response = await fetch(`${running.api}${path}`, { method });
  expect(response.ok).toBe(true);
  return (await response.json()) as LabelSetsAnswer;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isSo())) await sleep(10);
}

/** Changes the file, and waits until it is in use. */
async function change(labels: readonly string[]): Promise<void> {
  const before = digestNow();
  await write(labels);
  await until(() => digestNow() !== before);
}

async function start(): Promise<void> {
  printed = [];
  running = await startPageOnTinyPipeline(folder, undefined, (line) => printed.push(line));
  httpPort = Number(new URL(running.api).port);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-label-sets-'));
  await start();
});
afterEach(async () => {
  await running.close();
  await rm(folder, { recursive: true });
});

describe('the label sets of a running pipeline', () => {
  it('are taken over from a changed file: uploads, search and programs follow, and the retag is offered', async () => {
    await uploadPictures(running.pipeline, ['a.png', 'b.png', 'c.png']);
    await change(['cat', 'dog', 'bird']);
    await until(() => printed.length === 2);
    expect(printed).toEqual([
      'label set tiny: 1 label added (bird)',
      `3 pictures have tags of other label sets: npx cliptag retag --http-port ${httpPort}, or the button in the page, tags them anew.`,
    ]);
    await uploadPictures(running.pipeline, ['d.png']);
    expect((await recordOf('d.png'))?.labelSets).toEqual({ tiny: digestNow() });
    expect((await recordOf('a.png'))?.labelSets).not.toEqual({ tiny: digestNow() });
    expect(await ask('/label-sets')).toMatchObject({
      labelSets: [{ name: 'tiny', labels: ['cat', 'dog', 'bird'], digest: digestNow() }],
      ...{ others: 3, changes: ['label set tiny: 1 label added (bird)'], faults: [] },
    });
    const found = await fetch(`${running.api}/search?q=label:bird`);
    expect(found.status).toBe(200);
    expect((await fetch(`${running.api}/search?q=label:fish`)).status).toBe(400);
    expect(await pipelineLabelling(httpPort)).toMatchObject({
      ...{ others: 3, labelSets: [{ name: 'tiny', version: '1', digest: digestNow() }] },
    });
  });

  it('are told to programs as they are, down to the digest', async () => {
    await writeFile(
      join(folder, 'labels.yaml'),
      'name: tiny\nversion: 1.10\nmode: independent\nappliesTo: [{prefix: a/}]\nlabels: [{name: dog, synonyms: [Hund], parent: animal, threshold: 0.4}]\n',
    );
    await until(() => running.pipeline.labelSets.now().labelSets[0]?.mode === 'independent');
    const asked = await pipelineLabelSets(httpPort);
    expect(asked.dynamodbPort).toBe(running.pipeline.dynamodb.port);
    expect(asked.labelSets.map((set) => labelSetDigest(set, asked.modelDigest))).toEqual([digestNow()]);
  });

  it('are told to programs as the files have them by then', async () => {
    for (const label of ['bird', 'goldfish', 'hamster']) {
      await put(text(['cat', label]));
      const { labelSets } = await pipelineLabelSets(httpPort);
      expect(labelSets.flatMap(({ labels }) => labels.map(({ name }) => name))).toEqual(['cat', label]);
    }
  });

  it('stay when a file is faulty, and the fault is told with its place', async () => {
    const before = digestNow();
    await put('name: tiny\nversion: 1\nmode: exclusive\nlabels: 7\n');
    await until(() => printed.length === 2);
    expect(printed[1]).toMatch(/labels\.yaml: labels: Expected array.*line 4, column 9/);
    expect(digestNow()).toBe(before);
    expect((await ask('/label-sets')).faults).toHaveLength(1);
    await uploadPictures(running.pipeline, ['a.png']);
    expect((await recordOf('a.png'))?.labelSets).toEqual({ tiny: before });
  });

  it('are given to all pictures by a retag that the page orders, beside uploads and further changes', async () => {
    const keys = Array.from({ length: 40 }, (_, i) => `${i}.png`);
    await uploadPictures(running.pipeline, keys.slice(0, 20));
    await change(['cat', 'bird']);
    const uploads = uploadPictures(running.pipeline, keys.slice(20));
    expect((await ask('/label-sets/retag', 'POST')).retag?.state).toBe('running');
    await change(['cat', 'fish']);
    await uploads;
    await untilIdle(running.pipeline);
    await until(async () => (await ask('/label-sets')).retag?.state !== 'running');
    if ((await ask('/label-sets')).others !== 0) await ask('/label-sets/retag', 'POST');
    await until(async () => (await ask('/label-sets')).retag?.state !== 'running');
    expect(await ask('/label-sets')).toMatchObject({ others: 0, retag: { state: 'done' }, changes: [] });
    for (const key of keys) {
      const record = await recordOf(key);
      expect(record?.labelSets).toEqual({ tiny: digestNow() });
      const labels = record?.tags.map(({ label }) => label) ?? [];
      expect(labels.filter((label) => label !== 'cat' && label !== 'fish')).toEqual([]);
    }
    expect(printed).toContainEqual(expect.stringMatching(/^Retagged \d+ pictures: \d+ got other tags\.$/));
  });

  it('come back after a restart, and what has changed meanwhile is told', async () => {
    await uploadPictures(running.pipeline, ['a.png']);
    await change(['cat', 'bird']);
    await running.close();
    // The fixture writes its own file anew.
    await start();
    expect(await readFile(join(folder, 'labels.yaml'), 'utf8')).toContain('dog');
    expect((await ask('/label-sets')).others).toBe(0);
    await change(['cat', 'bird']);
    expect((await ask('/label-sets')).others).toBe(1);
  });

  it('are those that the command line retags with, unless it names others', async () => {
    await uploadPictures(running.pipeline, ['a.png']);
    await change(['cat', 'bird']);
    const cli = (...args: string[]) => runCli([...args, '--http-port', String(httpPort)]);
    const model = ['--model', tinyModelFolder(folder, 10)];
    const status = await cli('status', '--dynamodb-port', String(running.pipeline.dynamodb.port));
    expect(status.stdout).toMatch(
      /\nlabel sets: tiny \(version 1\)\n1 picture has tags of other label sets: npx cliptag retag\n$/,
    );
    const elsewhere = await cli('retag', '--yes', ...model, '--dynamodb-port', '1');
    expect(elsewhere).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has its table on port \d+ and not on 1/),
    });
    expect(await cli('retag', '--yes', ...model)).toMatchObject({ code: 0, stderr: '' });
    expect((await recordOf('a.png'))?.labelSets).toEqual({ tiny: digestNow() });
    expect((await ask('/label-sets')).others).toBe(0);
  });

  it('say what labels are called on the command line, on any port of the page, and of no other table', async () => {
    const namesAt = async (port: number) =>
      (await labelSetsAtHand(undefined, { kind: 'local', port, tableName: 'cliptag' }, String(httpPort))).map(
        ({ name }) => name,
      );
    const { port } = running.pipeline.dynamodb;
    expect(await namesAt(port)).toEqual(['tiny']);
    await expect(namesAt(1)).rejects.toThrow(`expected --dynamodb-port ${port}`);
    const ports = ['--dynamodb-port', `${port}`, '--http-port', `${httpPort}`];
    await change(['cat', 'glorp']);
    expect(await runCli(['query', '--label', 'glorp', ...ports])).toMatchObject({ code: 0, stderr: '' });
  });
});
