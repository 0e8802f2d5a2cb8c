import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { readModel, verifyModelFiles } from '../../functions/adapters/files/model-folder.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';
import { writeTinyModel } from '../fixtures/tiny-model.ts';

async function digestWith(changes: Record<string, unknown>): Promise<string> {
  const folder = await temporaryFolder();
  await writeTinyModel(folder, changes);
  return (await readModel(folder)).digest;
}

async function failureOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('Expected an error'),
    (error: Error) => error,
  );
}

describe('a model folder', () => {
  test('gives its manifest, and its files are what the manifest says', async () => {
    const folder = await temporaryFolder();
    const manifest = await writeTinyModel(folder);
    const model = await readModel(folder);
    expect(model).toMatchObject({ folder, manifest });
    await expect(verifyModelFiles(model)).resolves.toBeUndefined();
  });

  test('has a digest of what decides its embeddings, and of nothing else', async () => {
    const digest = await digestWith({});
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
    expect(await digestWith({ name: 'other', description: 'other', revision: '2', licence: 'other' })).toBe(
      digest,
    );
    expect(await digestWith({ logitScale: 11 })).not.toBe(digest);
    expect(await digestWith({ image: { size: 8, resize: 'bicubic' } })).not.toBe(digest);
    expect(await digestWith({ text: { contextLength: 17, endToken: 3 } })).not.toBe(digest);
    expect(await digestWith({ embeddingSize: 9 })).not.toBe(digest);
  });

  test('has a digest of the logit bias and the kind of inputs too', async () => {
    const digest = await digestWith({});
    const normalisation = { mean: [0, 0, 0], std: [1, 1, 1] };
    const others = [
      await digestWith({ scoring: 'sigmoid', logitBias: -10 }),
      await digestWith({ scoring: 'sigmoid', logitBias: -11 }),
      await digestWith({
        inputs: 'transformers.js',
        image: { size: 4, resize: 'bicubic', normalisation },
      }),
      await digestWith({ image: { size: 4, resize: 'squash' } }),
      await digestWith({ text: { contextLength: 16, endToken: 3, padToken: 1 } }),
    ];
    expect(new Set([digest, ...others]).size).toBe(6);
    expect(await digestWith({ inputs: 'cliptag', precision: 'int8' })).toBe(digest);
  });

  test.each([
    [{ scoring: 'sigmoid' }, 'logitBias: Expected a number with scoring "sigmoid"'],
    [{ logitBias: -10 }, 'logitBias: Expected a number with scoring "sigmoid", and none with "softmax"'],
    [
      { inputs: 'transformers.js' },
      'image.normalisation: Expected mean and std with inputs "transformers.js"',
    ],
  ])('rejects %j', async (changes, message) => {
    const folder = await temporaryFolder();
    await writeTinyModel(folder, changes);
    await expect(readModel(folder)).rejects.toThrow(message);
  });

  test('keeps its digest when the manifest is written in another order', async () => {
    const folder = await temporaryFolder();
    const manifest = await writeTinyModel(folder);
    const { digest } = await readModel(folder);
    const reversed = Object.fromEntries(Object.entries(manifest).reverse());
    await writeFile(join(folder, 'manifest.json'), JSON.stringify(reversed));
    expect((await readModel(folder)).digest).toBe(digest);
  });

  test('rejects a folder that does not exist', async () => {
    const folder = join(await temporaryFolder(), 'missing');
    await expect(readModel(folder)).rejects.toMatchObject({
      code: 'no-model',
      message: `Expected a model folder but there is none at ${folder}`,
    });
  });

  test('rejects a checkpoint that has not been compiled', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'config.json'), '{}');
    await expect(readModel(folder)).rejects.toMatchObject({
      code: 'no-model',
      message: `Expected a model folder with manifest.json in ${folder}; a checkpoint must be compiled first`,
    });
  });

  test('rejects a manifest that is not JSON', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'manifest.json'), '{');
    await expect(readModel(folder)).rejects.toThrow(
      `${join(folder, 'manifest.json')} is not a model manifest`,
    );
  });

  test('rejects a wrong manifest with all its faults at once', async () => {
    const folder = await temporaryFolder();
    await writeTinyModel(folder, {
      logitScale: 0,
      image: { size: 4.5, resize: 'nearest', mean: [0, 0, 0] },
      scoring: undefined,
    });
    const { message } = await failureOf(readModel(folder));
    expect(message).toContain(join(folder, 'manifest.json'));
    for (const place of ['logitScale', 'image.size', 'image.resize', '"mean"', 'scoring']) {
      expect(message).toContain(place);
    }
  });

  test.each(['/etc/passwd', '../other/encoder.onnx', 'a/../../b'])(
    'rejects the file path %s',
    async (path) => {
      const folder = await temporaryFolder();
      const { files } = await writeTinyModel(folder);
      const textEncoder = { path, sha256: '0'.repeat(64), bytes: 1 };
      await writeTinyModel(folder, { files: { ...files, textEncoder } });
      await expect(readModel(folder)).rejects.toThrow(
        'files.textEncoder.path: Expected a path inside the model folder',
      );
    },
  );

  test('rejects a folder whose files are missing, naming all of them', async () => {
    const folder = await temporaryFolder();
    await writeTinyModel(folder);
    await rm(join(folder, 'image-encoder.onnx'));
    await rm(join(folder, 'tokenizer.json'));
    const { message } = await failureOf(readModel(folder));
    expect(message).toContain(join(folder, 'image-encoder.onnx'));
    expect(message).toContain(join(folder, 'tokenizer.json'));
  });

  test('rejects files of another size or content, naming all of them', async () => {
    const folder = await temporaryFolder();
    await writeTinyModel(folder);
    const model = await readModel(folder);
    await writeFile(join(folder, 'image-encoder.onnx'), 'short');
    const tokenizer = await readFile(join(folder, 'tokenizer.json'), 'utf8');
    await writeFile(join(folder, 'tokenizer.json'), tokenizer.replace('1.0', '1.1'));
    const { message } = await failureOf(verifyModelFiles(model));
    expect(message).toMatch(/image-encoder\.onnx: Expected \d+ bytes but found 5/);
    expect(message).toMatch(/tokenizer\.json: Expected SHA-256 [0-9a-f]{64} but found [0-9a-f]{64}/);
  });
});
