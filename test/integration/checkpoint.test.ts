import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../functions/checkpoints/compile/read/checkpoint-folder.ts';
import {
  type CheckpointOptions,
  FIXTURE_LOGIT_BIAS,
  FIXTURE_LOGIT_SCALE,
  writeCheckpoint,
} from '../fixtures/checkpoints.ts';
import {
  changeConfig,
  LAYOUTS,
  largestDifference,
  opened,
  shapeOf,
  written,
} from '../fixtures/checkpoints-folder.ts';
import type { FixtureTensor } from '../fixtures/checkpoints-safetensors.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';
import { randomWeights } from '../fixtures/checkpoints-weights.ts';
import { temporaryFolder } from '../fixtures/temporary-folder.ts';

const TINY = CHECKPOINT_SHAPES.tiny;

describe('a checkpoint', () => {
  it.each(LAYOUTS)('of layout %s is read as it was written', async (layout) => {
    const checkpoint = await opened(await written({ layout }));
    expect(checkpoint.layout).toBe(layout);
    expect(shapeOf(checkpoint)).toEqual(TINY);
    expect(checkpoint.logitScale).toBeCloseTo(FIXTURE_LOGIT_SCALE, 4);
    expect(checkpoint.logitBias).toBeUndefined();
    expect(await largestDifference(checkpoint, TINY)).toBe(0);
  });

  it.each([
    ['F16', 2 ** -9],
    ['BF16', 2 ** -6],
    ['F64', 0],
  ] as const)('in %s differs by no more than that type rounds', async (dtype, most) => {
    const checkpoint = await opened(await written({ layout: 'open_clip', dtype }));
    expect(await largestDifference(checkpoint, TINY)).toBeLessThanOrEqual(most);
  });

  it.each(LAYOUTS)('of layout %s in shards is read as a whole one', async (layout) => {
    const checkpoint = await opened(await written({ layout, shards: 3 }));
    expect(await largestDifference(checkpoint, TINY)).toBe(0);
  });

  it('of SigLIP is read as it was written', async () => {
    const shape = CHECKPOINT_SHAPES['tiny-siglip'];
    const checkpoint = await opened(await written({ layout: 'huggingface' }, shape));
    expect(shapeOf(checkpoint)).toEqual(shape);
    expect(checkpoint.logitBias).toBe(FIXTURE_LOGIT_BIAS);
    expect(await largestDifference(checkpoint, shape)).toBe(0);
  });

  it.each(LAYOUTS)('of SigLIP at full size has its shapes in layout %s', async (layout) => {
    const shape = CHECKPOINT_SHAPES['siglip-b-16'];
    const checkpoint = await opened(await written({ layout, zeros: true }, shape));
    expect(shapeOf(checkpoint)).toEqual(shape);
  });

  it('of open_clip with SigLIP takes each matrix from its place in a fused one', async () => {
    const shape = CHECKPOINT_SHAPES['siglip-b-16'];
    const fused = /blocks\.11\.attn\.qkv\.|attn_pool\.kv\./;
    const change: CheckpointOptions['change'] = (tensors) =>
      tensors.map(({ numbers, ...tensor }) =>
        fused.test(tensor.name) && numbers ? { ...tensor, numbers } : tensor,
      );
    const checkpoint = await opened(await written({ layout: 'open_clip', change }, shape));
    const weights = randomWeights(shape);
    for (const name of [
      'image.layers.11.query.weight',
      'image.layers.11.value.bias',
      'image.pool.key.weight',
      'image.pool.value.weight',
    ] as const)
      expect(
        Buffer.from((await checkpoint.read(name)).buffer).equals(Buffer.from(weights(name).buffer)),
        name,
      ).toBe(true);
  });

  it('of a CustomTextCLIP has its text tower under a prefix', async () => {
    const checkpoint = await opened(await written({ layout: 'open_clip', prefix: 'text.' }));
    expect(await largestDifference(checkpoint, TINY)).toBe(0);
  });

  it.each([
    ['module.', 'open_clip'],
    ['model.', 'huggingface'],
    ['_orig_mod.', 'open_clip'],
    ['module.model.', 'huggingface'],
  ] as const)('may have all its tensors wrapped as %s… (%s)', async (prefix, layout) => {
    const change = (tensors: FixtureTensor[]) =>
      tensors.map((tensor) => ({ ...tensor, name: `${prefix}${tensor.name}` }));
    const checkpoint = await opened(await written({ layout, change }));
    expect(await largestDifference(checkpoint, TINY)).toBe(0);
    expect(checkpoint.logitScale).toBeCloseTo(FIXTURE_LOGIT_SCALE, 4);
  });

  it('is not unwrapped where one tensor has another name', async () => {
    const change = ([first, ...others]: FixtureTensor[]) => [
      first!,
      ...others.map((tensor) => ({ ...tensor, name: `module.${tensor.name}` })),
    ];
    const opening = openCheckpoint(await written({ layout: 'open_clip', change }));
    await expect(opening).rejects.toThrow('module.visual.proj: Expected no such tensor');
  });

  it('gives rows of its token vectors', async () => {
    const checkpoint = await opened(await written({ layout: 'huggingface' }));
    const { width, vocabularySize } = checkpoint.text;
    const all = await checkpoint.read('text.tokens');
    expect(await checkpoint.readTokenRows(7, 2)).toEqual(all.subarray(7 * width, 9 * width));
    await expect(checkpoint.readTokenRows(vocabularySize - 1, 2)).rejects.toThrow(
      `Expected ${vocabularySize + 1} rows`,
    );
  });

  it('in a folder with both layouts is read as open_clip, or as is asked', async () => {
    const folder = await written({ layout: 'open_clip' });
    await writeCheckpoint(folder, TINY, { layout: 'huggingface' });
    expect((await opened(folder)).layout).toBe('open_clip');
    expect((await opened(folder, { layout: 'huggingface' })).layout).toBe('huggingface');
  });

  it('of open_clip may be named model.safetensors', async () => {
    const folder = await written({ layout: 'open_clip' });
    await cp(join(folder, 'open_clip_model.safetensors'), join(folder, 'model.safetensors'));
    await rm(join(folder, 'open_clip_model.safetensors'));
    expect((await opened(folder)).layout).toBe('open_clip');
  });

  it('may hold buffers that PyTorch modules leave behind', async () => {
    const change: CheckpointOptions['change'] = (tensors) => [
      ...tensors,
      { name: 'text_model.embeddings.position_ids', dtype: 'I64', shape: [1, 16] },
      { name: 'attn_mask', dtype: 'F32', shape: [16, 16] },
    ];
    expect(shapeOf(await opened(await written({ layout: 'huggingface', change })))).toEqual(TINY);
  });
});

describe('tensors', () => {
  const rename: CheckpointOptions['change'] = (tensors) =>
    tensors.flatMap((tensor) => {
      if (tensor.name === 'visual.ln_pre.bias') return [];
      if (tensor.name === 'visual.conv1.weight') return [{ ...tensor, shape: [32, 3, 4, 16] }];
      if (tensor.name === 'ln_final.weight') return [{ ...tensor, name: 'ln_last.weight' }];
      if (tensor.name === 'ln_final.bias')
        return [{ ...tensor, dtype: 'I64' as const, numbers: () => new Float32Array(24) }];
      return [tensor];
    });

  it('rejects a checkpoint with all that are missing, superfluous, of another shape or no floats', async () => {
    const folder = await written({ layout: 'open_clip', change: rename });
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining(join(folder, 'open_clip_model.safetensors')),
      faults: [
        'visual.conv1.weight: Expected shape [32,3,8,8] but found [32,3,4,16]',
        'visual.ln_pre.bias: Expected shape [32] but it is missing',
        'ln_final.weight: Expected shape [24] but it is missing',
        'ln_final.bias: Expected numbers of type F32, F16, BF16, F64 but found I64',
        'ln_last.weight: Expected no such tensor but found one of shape [24]',
      ],
    });
  });

  it('rejects reading one that the model does not have', async () => {
    const checkpoint = await opened(await written({ layout: 'open_clip' }));
    await expect(checkpoint.read('image.pool.probe')).rejects.toThrow(/image.pool.probe: Expected a tensor/);
    await expect(checkpoint.read('image.layers.2.norm1.weight')).rejects.toThrow(
      /image.layers.2.norm1.weight/,
    );
  });
});

describe('a folder', () => {
  it('rejects one that is not there', async () => {
    await expect(openCheckpoint(join(await temporaryFolder(), 'none'))).rejects.toMatchObject({
      code: 'no-checkpoint',
    });
  });

  it('rejects one without a checkpoint, and says what was found', async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'notes.txt'), '');
    await expect(openCheckpoint(folder)).rejects.toThrow(
      /Expected open_clip_config.json with open_clip_model.safetensors, or config.json .* but found notes.txt$/,
    );
  });

  it('rejects pickled weights, because reading them may run code', async () => {
    const folder = await written({ layout: 'huggingface' });
    await rm(join(folder, 'model.safetensors'));
    await writeFile(join(folder, 'pytorch_model.bin'), '');
    await expect(openCheckpoint(folder)).rejects.toThrow(/pytorch_model.bin may run code when it is read/);
  });

  describe('with processor_config.json, as transformers 5 saves it', () => {
    /** The preprocessing of a folder, with this in processor_config.json; `old` takes the other file away. */
    async function preprocessingWith(
      processor: (image: Record<string, unknown>) => unknown,
      keepsOld = false,
    ) {
      const folder = await written({ layout: 'huggingface' });
      const old = join(folder, 'preprocessor_config.json');
      const image = JSON.parse(await readFile(old, 'utf8'));
      await writeFile(join(folder, 'processor_config.json'), JSON.stringify(processor(image)));
      if (!keepsOld) await rm(old);
      const checkpoint = await openCheckpoint(folder);
      await checkpoint.close();
      return checkpoint.preprocessing;
    }
    const mean = [0.1, 0.2, 0.3];

    it('takes its image_processor', async () => {
      expect(
        await preprocessingWith((image) => ({
          image_processor: { ...image, image_mean: mean },
          processor_class: 'CLIPProcessor',
        })),
      ).toMatchObject({ mean });
    });

    it('takes that rather than preprocessor_config.json, which counts where there is none', async () => {
      const own = (image: Record<string, unknown>) => ({ image_processor: { ...image, image_mean: mean } });
      expect(await preprocessingWith(own, true)).toMatchObject({ mean });
      expect((await preprocessingWith(() => ({ processor_class: 'CLIPProcessor' }), true)).mean).not.toEqual(
        mean,
      );
    });

    it('rejects one that says nothing of pictures, or no preprocessing at all', async () => {
      await expect(preprocessingWith(() => ({ video_processor: {}, tokenizer: {} }))).rejects.toThrow(
        /preprocessor_config.json but it cannot be read; processor_config.json beside it has no image_processor, but video_processor, tokenizer$/,
      );
      await expect(preprocessingWith(() => ({ image_processor: null }))).rejects.toThrow(
        /processor_config.json \(image_processor\) cannot be read/,
      );
      await expect(preprocessingWith(() => [])).rejects.toThrow(/processor_config.json cannot be read/);
      await expect(
        preprocessingWith(({ size: _, ...image }) => ({ image_processor: image })),
      ).rejects.toThrow(/\(image_processor\) cannot be read:\s+size: /);
    });
  });

  it('rejects one without preprocessor_config.json', async () => {
    const folder = await written({ layout: 'huggingface' });
    await rm(join(folder, 'preprocessor_config.json'));
    await expect(openCheckpoint(folder)).rejects.toThrow(/preprocessor_config.json but it cannot be read/);
  });

  it('rejects a layout that it does not hold', async () => {
    const folder = await written({ layout: 'huggingface' });
    await expect(openCheckpoint(folder, { layout: 'open_clip' })).rejects.toMatchObject({
      code: 'no-checkpoint',
    });
  });

  it('rejects a missing shard', async () => {
    const folder = await written({ layout: 'huggingface', shards: 3 });
    await rm(join(folder, 'model-00002-of-00003.safetensors'));
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      code: 'no-checkpoint',
      message: expect.stringContaining('model-00002-of-00003.safetensors'),
    });
  });

  it('rejects an index that does not fit its files, or leads out of the folder', async () => {
    const folder = await written({ layout: 'huggingface', shards: 2 });
    const index = (await readdir(folder)).find((name) => name.endsWith('.index.json'))!;
    await changeConfig(folder, index, { weight_map: { logit_scale: 'model-00002-of-00002.safetensors' } });
    await expect(openCheckpoint(folder)).rejects.toThrow(
      /logit_scale: Expected in model-00002-of-00002.safetensors/,
    );
    await changeConfig(folder, index, { weight_map: { logit_scale: '../model.safetensors' } });
    await expect(openCheckpoint(folder)).rejects.toThrow(/Expected the name of a file beside the index/);
  });
});
