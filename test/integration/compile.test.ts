import { access, cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Model, readModel, verifyModelFiles } from '../../functions/adapters/files/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../../functions/adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../../functions/adapters/sharp/pixel-decoder.ts';
import { cosine, dot } from '../../functions/core/labels/embedding.ts';
import { writeCheckpoint } from '../fixtures/checkpoints.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { checkpointFolder, compiled, samplePhotographs } from '../fixtures/compiled-models.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const TINY = CHECKPOINT_SHAPES.tiny;
const PRECISIONS = ['fp32', 'int8'] as const;
const TEXTS = ['cat', 'a photo of a dog', 'x', 'photo photo photo cat dog'];

async function imageEmbeddings(model: Model, batch = 1): Promise<Float32Array[]> {
  const encoder = await onnxImageEncoder(model, { threads: 1 });
  const decoder = sharpPixelDecoder();
  const pictures = await Promise.all(
    samplePhotographs().map((bytes) => decoder.decode(bytes, encoder.pixelSpec)),
  );
  const embeddings: Float32Array[] = [];
  for (let first = 0; first < pictures.length; first += batch) {
    const found = await encoder.encode(pictures.slice(first, first + batch));
    embeddings.push(...found.map(({ values }) => values));
  }
  return embeddings;
}

async function textEmbeddings(model: Model): Promise<Float32Array[]> {
  const found = await onnxTextEncoder(model, { threads: 1 }).encode(TEXTS);
  return found.map(({ values }) => values);
}

/** The worst cosine of each with its like, after taking away what all have in common. */
function worstCosine(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  const [left, right] = [centred(a), centred(b)];
  return Math.min(
    ...left.map((vector, i) => {
      const other = right[i]!;
      return dot(vector, other) / Math.sqrt(dot(vector, vector) * dot(other, other));
    }),
  );
}

function centred(vectors: readonly Float32Array[]): Float64Array[] {
  const mean = Float64Array.from(
    vectors[0]!,
    (_, i) => vectors.reduce((sum, vector) => sum + vector[i]!, 0) / vectors.length,
  );
  return vectors.map((vector) => Float64Array.from(vector, (value, i) => value - mean[i]!));
}

describe('a compiled checkpoint', () => {
  test('is the same model, file by file, from both layouts', async () => {
    const digests = [];
    for (const layout of ['open_clip', 'huggingface'] as const) {
      const { folder } = await checkpointFolder(TINY, { layout });
      digests.push((await compiled(folder, { precision: 'fp32' })).digest);
    }
    expect(digests[0]).toBe(digests[1]);
  });

  test('is the same model whenever it is compiled', async () => {
    const { folder } = await checkpointFolder(TINY);
    expect((await compiled(folder)).digest).toBe((await compiled(folder)).digest);
  });

  test('has a manifest that tells source, licence and precision, and files that are what it says', async () => {
    const { folder, shape } = await checkpointFolder(TINY);
    const source = { source: 'hf:owner/repo', revision: 'f'.repeat(40), licence: 'mit' };
    await writeFile(join(folder, 'source.json'), JSON.stringify({ name: 'x', ...source, files: [] }));
    const model = await compiled(folder);
    expect(model.manifest).toMatchObject({
      name: 'compiled',
      ...source,
      precision: 'int8',
      image: { size: 32, resize: 'bicubic' },
      text: { contextLength: 16, endToken: shape.text.endToken },
      embeddingSize: 16,
      logitScale: expect.closeTo(14.3, 3),
      scoring: 'softmax',
    });
    await expect(verifyModelFiles(model)).resolves.toBeUndefined();
  });

  test.each([
    ['---\nlicense: apache-2.0\ntags:\n- clip\n---\n# Card', 'apache-2.0'],
    ['# No front matter\nlicense: mit', 'unknown'],
  ])('takes its licence from the front matter of %j', async (readme, licence) => {
    const { folder } = await checkpointFolder(TINY);
    await writeFile(join(folder, 'README.md'), readme);
    const { manifest } = await compiled(folder, { precision: 'fp32' });
    expect(manifest).toMatchObject({ licence, revision: 'unknown' });
  });

  test('has nearly the embeddings with int8 that it has with fp32', async () => {
    const { folder } = await checkpointFolder(TINY);
    const [exact, rounded] = [await compiled(folder, { precision: 'fp32' }), await compiled(folder)];
    expect(worstCosine(await imageEmbeddings(exact), await imageEmbeddings(rounded))).toBeGreaterThan(0.98);
    expect(worstCosine(await textEmbeddings(exact), await textEmbeddings(rounded))).toBeGreaterThan(0.98);
  });

  test.each(PRECISIONS)(
    'gives an image of a batch the embedding that it has alone, with %s',
    async (precision) => {
      const { folder } = await checkpointFolder(TINY);
      const model = await compiled(folder, { precision });
      const [alone, together] = [await imageEmbeddings(model), await imageEmbeddings(model, 4)];
      expect(worstCosine(alone, together)).toBeGreaterThan(0.999_999);
    },
  );

  test.each(PRECISIONS)('gives a text the embedding that it has alone, with %s', async (precision) => {
    const { folder } = await checkpointFolder(TINY);
    const encoder = onnxTextEncoder(await compiled(folder, { precision }), { threads: 1 });
    const [alone] = await encoder.encode(['cat']);
    const [besideLonger] = await encoder.encode(['cat', 'a photo of a dog']);
    expect(cosine(alone!, besideLonger!)).toBeCloseTo(1, 6);
  });
});

describe('the place of a compiled model', () => {
  test('replaces a model and leaves nothing else behind', async () => {
    const { folder } = await checkpointFolder(TINY);
    const parent = await temporaryFolder();
    const out = join(parent, 'model');
    const first = await compiled(folder, { out });
    await writeFile(join(out, 'note.txt'), 'of the old one');
    const second = await compiled(folder, { out, precision: 'fp32' });
    expect(second.digest).not.toBe(first.digest);
    expect(await readdir(parent)).toEqual(['model']);
    expect((await readdir(out)).sort()).toEqual([
      'image-encoder.onnx',
      'manifest.json',
      'text-encoder.onnx',
      'tokenizer.json',
    ]);
  });

  test('has the large tensors in a file of their own, which must be there', async () => {
    const wide = { ...TINY, image: { ...TINY.image, width: 256, heads: 4, mlpWidth: 1024 } };
    const { folder } = await checkpointFolder(wide);
    const model = await compiled(folder);
    const { imageEncoder, imageWeights } = model.manifest.files;
    expect(imageWeights?.path).toBe('image-encoder.bin');
    expect(imageWeights?.bytes).toBeGreaterThan(imageEncoder.bytes);
    await verifyModelFiles(model);
    await rm(join(model.folder, 'image-encoder.bin'));
    await expect(readModel(model.folder, ['imageEncoder', 'imageWeights'])).rejects.toThrow(
      /image-encoder\.bin is missing/,
    );
  });

  test('rejects a folder that holds something else, and leaves it alone', async () => {
    const { folder } = await checkpointFolder(TINY);
    const out = await temporaryFolder();
    await writeFile(join(out, 'thesis.txt'), 'mine');
    await expect(compiled(folder, { out })).rejects.toThrow(
      /Expected an empty place or a model at .* thesis\.txt/,
    );
    expect(await readdir(out)).toEqual(['thesis.txt']);
  });

  test('rejects a broken checkpoint without a trace, and keeps the model that was there', async () => {
    const { folder } = await checkpointFolder(TINY);
    const parent = await temporaryFolder();
    const out = join(parent, 'model');
    const { digest } = await compiled(folder, { out });
    const weights = join(folder, 'open_clip_model.safetensors');
    await writeFile(weights, (await readFile(weights)).subarray(0, 5_000));
    await expect(compiled(folder, { out })).rejects.toThrow();
    expect(await readdir(parent)).toEqual(['model']);
    expect(JSON.parse(await readFile(join(out, 'manifest.json'), 'utf8')).name).toBe('model');
    expect(digest).toMatch(/^[0-9a-f]{16}$/);
  });
});

describe('what cannot be compiled', () => {
  test('rejects an empty folder, saying what was expected', async () => {
    await expect(compiled(await temporaryFolder())).rejects.toMatchObject({
      code: 'no-checkpoint',
      message: expect.stringMatching(
        /open_clip_model\.safetensors.*onnx\/vision_model\.onnx.* but found nothing/,
      ),
    });
  });

  test('rejects a checkpoint without a tokenizer, and takes one from elsewhere', async () => {
    const { folder } = await checkpointFolder(TINY);
    const tokenizer = join(await temporaryFolder(), 'tokenizer.json');
    await cp(join(folder, 'tokenizer.json'), tokenizer);
    await rm(join(folder, 'tokenizer.json'));
    await expect(compiled(folder)).rejects.toMatchObject({
      code: 'no-tokenizer',
      message: expect.stringContaining('--tokenizer FILE names one'),
    });
    const model = await compiled(folder, { tokenizer, precision: 'fp32' });
    await expect(access(join(model.folder, 'tokenizer.json'))).resolves.toBeUndefined();
  });

  test('rejects the tokenizer of another model', async () => {
    const { folder } = await checkpointFolder(TINY);
    await writeCheckpoint(folder, TINY, { layout: 'open_clip' });
    await expect(compiled(folder, { precision: 'fp32' })).rejects.toThrow(
      /Expected end token 299 but found \d+/,
    );
  });
});
