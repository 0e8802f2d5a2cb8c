import { appendFile, cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { readModel } from '../../functions/adapters/files/model-folder.ts';
import { compileModel } from '../../functions/checkpoints/compile/compile.ts';
import type { CheckpointShape } from '../../functions/checkpoints/compile/read/checkpoint.ts';
import { modelsVerify } from '../../functions/cli/commands/models/models-verify.ts';
import { openCounterpart } from '../../functions/cli/commands/models/verification/counterpart.ts';
import type { Verification } from '../../functions/cli/commands/models/verification/verification.ts';
import { SAMPLE_FOLDER } from '../../functions/local/samples.ts';
import { writeCheckpoint } from '../fixtures/checkpoints.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { tinyTokenizer } from '../fixtures/tiny-tokenizer.ts';

const EMBEDDED = join(import.meta.dirname, '../../models/embedded');
const LABEL_SET = `name: few
version: 1
mode: exclusive
labels: [cat, dog, photo, { name: rocket, prompts: [a rocket on its way] }]
noneOfThese: [something else]
`;

let folder: string;
let labels: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cliptag-verify-'));
  labels = join(folder, 'few.yaml');
  await writeFile(labels, LABEL_SET);
  await writeTinyCheckpoint(join(folder, 'checkpoint'), ['cat', 'dog', 'photo']);
  await compile('int8');
  await compile('fp32');
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** A checkpoint whose vocabulary is the tiny tokenizer's. */
async function writeTinyCheckpoint(
  path: string,
  words: readonly string[],
  changes: Partial<CheckpointShape> = {},
): Promise<void> {
  const { json, endToken } = tinyTokenizer(words);
  const { tiny } = CHECKPOINT_SHAPES;
  const text = { ...tiny.text, vocabularySize: endToken + 1, endToken, startToken: endToken - 1 };
  await writeCheckpoint(path, { ...tiny, text, ...changes }, { layout: 'huggingface' });
  await writeFile(join(path, 'tokenizer.json'), JSON.stringify(json));
}

async function compile(precision: 'int8' | 'fp32', checkpoint = 'checkpoint', name = precision as string) {
  const samples = [await readFile(join(SAMPLE_FOLDER, 'chelsea.png'))];
  await compileModel(join(folder, checkpoint), { out: join(folder, name), precision, samples });
  return join(folder, name);
}

/** The command's answer and exit code; it throws what the command line turns into exit code 2. */
async function verify(...args: string[]): Promise<{ exitCode: number; answer: Verification; text: string }> {
  const run = async (more: readonly string[]) => {
    const lines: string[] = [];
    const output = { line: async (line: string) => void lines.push(line), remark: () => {}, fault: () => {} };
    const exitCode = await modelsVerify([...args, '--labels', labels, ...more], output);
    return { exitCode, text: lines.join('\n') };
  };
  const { exitCode, text } = await run([]);
  const json = await run(['--json']);
  expect(json.exitCode).toBe(exitCode);
  return { exitCode, answer: JSON.parse(json.text) as Verification, text };
}

describe('cliptag models verify', () => {
  it('finds the embedded model the same as itself', async () => {
    const { exitCode, answer } = await verify(EMBEDDED, '--against', EMBEDDED, '--min-top1', '1');
    const [same] = answer.comparisons;
    expect(exitCode).toBe(0);
    expect(same).toMatchObject({ of: 'model', with: 'float32', images: { count: 7 }, texts: { count: 5 } });
    expect(same?.images?.minimum).toBeCloseTo(1, 6);
    expect(same?.texts?.minimum).toBeCloseTo(1, 6);
    expect(same?.ranks).toEqual([{ labelSet: 'few', labels: 4, pictures: 7, top1: 1, top5: 1 }]);
  });

  it('measures int8 beside float32: near it, and not the same', async () => {
    const { exitCode, answer, text } = await verify(join(folder, 'int8'), '--against', join(folder, 'fp32'));
    const [beside, batches] = answer.comparisons;
    console.log(
      `int8 beside float32: images ${beside?.images?.minimum}, texts ${beside?.texts?.minimum}, in batches ${batches?.images?.minimum}`,
    );
    expect(exitCode).toBe(0);
    for (const summary of [beside?.images, beside?.texts]) {
      expect(summary?.minimum).toBeGreaterThan(0.95);
      expect(summary?.minimum).toBeLessThan(0.999_999);
    }
    expect(text).toMatch(/images, model beside float32 +7 +0\.9\d+ /);
    expect(text).toContain(beside?.worst[0] && 'path' in beside.worst[0] ? beside.worst[0].path : 'nothing');
  });

  it('fails when a bar is missed, and names it', async () => {
    const { exitCode, answer, text } = await verify(
      ...[join(folder, 'int8'), '--against', join(folder, 'fp32'), '--min-cosine', '1'],
    );
    expect(exitCode).toBe(1);
    expect(
      answer.judgements.find(({ what }) => what === 'least cosine of images, beside float32'),
    ).toMatchObject({
      ...{ bar: 1, met: false },
    });
    expect(text).toMatch(/MISSED +least cosine of images, beside float32/);
  });

  it('compiles a checkpoint that is named, and leaves nothing of it behind', async () => {
    const temporary = await temporaryFolder();
    vi.stubEnv('TMPDIR', temporary);
    onTestFinished(() => void vi.unstubAllEnvs());
    const { exitCode, answer } = await verify(
      ...[join(folder, 'fp32'), '--against', join(folder, 'checkpoint'), '--min-cosine', '0.99999'],
    );
    expect(exitCode).toBe(0);
    expect(await readdir(temporary)).toEqual([]);
    expect(answer.float32).toBe(`${join(folder, 'checkpoint')}, compiled with float32`);
  });

  it('finds another checkpoint of the same shapes far away', async () => {
    const { tiny } = CHECKPOINT_SHAPES;
    const { json, endToken } = tinyTokenizer(['cat', 'dog', 'photo']);
    const text = { ...tiny.text, vocabularySize: endToken + 1, endToken, startToken: endToken - 1 };
    const path = join(folder, 'other-seed');
    await writeCheckpoint(path, { ...tiny, text }, { layout: 'huggingface', seed: 2 });
    await writeFile(join(path, 'tokenizer.json'), JSON.stringify(json));
    const { exitCode } = await verify(join(folder, 'int8'), '--against', path);
    expect(exitCode).toBe(1);
  });

  it('compares with embeddings of the original code, and its logit scale', async () => {
    const reference = join(await temporaryFolder(), 'expected.json');
    const embeddings = { 'chelsea.png': { embedding: Array.from({ length: 16 }, (_, i) => i + 1) } };
    await writeFile(reference, JSON.stringify({ images: embeddings, logit_scale: 50 }));
    const { exitCode, answer } = await verify(join(folder, 'int8'), '--reference', reference);
    expect(exitCode).toBe(1);
    expect(answer.comparisons[0]).toMatchObject({ of: 'model', with: 'reference', images: { count: 1 } });
    expect(answer.judgements).toContainEqual(
      expect.objectContaining({ what: "logit scale, as a share of the reference's", met: false }),
    );
  });

  it('names broken pictures and goes on, but needs one that is not', async () => {
    const pictures = await temporaryFolder();
    await writeFile(join(pictures, 'broken.jpg'), 'no picture');
    const args = [join(folder, 'fp32'), '--against', join(folder, 'fp32'), '--pictures', pictures];
    expect(await verify(...args)).toMatchObject({ exitCode: 1, answer: { pictures: 0 } });
    await cp(join(SAMPLE_FOLDER, 'coffee.png'), join(pictures, 'coffee.png'));
    const { exitCode, answer, text } = await verify(...args);
    expect(exitCode).toBe(0);
    expect(answer).toMatchObject({ pictures: 1, broken: [{ path: join(pictures, 'broken.jpg') }] });
    expect(text).toContain('1 broken pictures, left out');
  });

  it('rejects a model of another embedding size', async () => {
    await expect(verify(join(folder, 'int8'), '--against', EMBEDDED)).rejects.toMatchObject({
      code: 'invalid-input',
      faults: expect.arrayContaining([
        expect.stringMatching(/^embeddingSize: Expected 16 but received \d+$/),
      ]),
    });
  });

  it('rejects a model whose tokenizer gives other tokens', async () => {
    // As many tokens, so that everything else is the same.
    await writeTinyCheckpoint(join(folder, 'other-words'), ['tac', 'god', 'otohp']);
    await expect(
      verify(join(folder, 'int8'), '--against', join(folder, 'other-words')),
    ).rejects.toMatchObject({
      code: 'invalid-input',
      faults: [expect.stringMatching(/^tokenizer: Expected the tokens .* of "a photo of a cat"/)],
    });
  });

  it('rejects a model whose files are not what its manifest says', async () => {
    const damaged = join(await temporaryFolder(), 'damaged');
    await cp(join(folder, 'int8'), damaged, { recursive: true });
    await appendFile(join(damaged, 'text-encoder.onnx'), 'x');
    await expect(verify(damaged, '--against', join(folder, 'fp32'))).rejects.toMatchObject({
      code: 'invalid-input',
      faults: [expect.stringMatching(/^text-encoder.onnx: Expected \d+ bytes but found \d+$/)],
    });
    await expect(verify(join(folder, 'fp32'), '--against', damaged)).rejects.toMatchObject({
      code: 'invalid-input',
    });
  });

  it('rejects a reference of another embedding size', async () => {
    const reference = join(await temporaryFolder(), 'expected.json');
    await writeFile(reference, JSON.stringify({ texts: { 'a dog': [1, 2, 3] } }));
    await expect(verify(join(folder, 'int8'), '--reference', reference)).rejects.toMatchObject({
      faults: ['a dog: Expected an embedding of 16 numbers but received 3'],
    });
  });

  it('rejects a model that there is nothing to compare with', async () => {
    await expect(verify(EMBEDDED)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/^expected --against FOLDER or --reference FILE/),
    });
  });
});

describe('the counterpart of a model', () => {
  it('is, unless one is named, the pulled checkpoint with its source and revision', async () => {
    const model = await readModel(join(folder, 'int8'));
    const checkpoints = await temporaryFolder();
    expect(await openCounterpart(model, undefined, checkpoints)).toBeUndefined();
    await mkdir(join(checkpoints, 'another'));
    await cp(join(folder, 'checkpoint'), join(checkpoints, 'checkpoint'), { recursive: true });
    const counterpart = await openCounterpart(model, undefined, checkpoints);
    expect(counterpart?.origin).toBe(`${join(checkpoints, 'checkpoint')}, compiled with float32`);
    expect(counterpart?.model.manifest.precision).toBe('fp32');
    await counterpart?.remove();
  });
});
