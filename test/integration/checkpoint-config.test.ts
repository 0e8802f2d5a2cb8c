import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Checkpoint, Layout } from '../../functions/checkpoints/compile/read/checkpoint.ts';
import { openCheckpoint } from '../../functions/checkpoints/compile/read/checkpoint-folder.ts';
import { changeConfig, opened, shapeOf, written } from '../fixtures/checkpoints-folder.ts';
import { CHECKPOINT_SHAPES } from '../fixtures/checkpoints-shapes.ts';

describe('a configuration', () => {
  const [open, hugging] = ['open_clip_config.json', 'config.json'];

  it.each<[string, Layout, string, Record<string, unknown>, (shape: Checkpoint) => unknown, unknown]>([
    [
      'quick_gelu off is gelu',
      'open_clip',
      open,
      { 'model_cfg.quick_gelu': false },
      (c) => c.image.activation,
      'gelu',
    ],
    [
      'resizing without regard to proportions',
      'open_clip',
      open,
      { 'preprocess_cfg.resize_mode': 'squash' },
      (c) => c.preprocessing.resize,
      'squash',
    ],
    [
      'an epsilon',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.norm_kwargs': { eps: 1e-6 } },
      (c) => c.image.layerNormEpsilon,
      1e-6,
    ],
    [
      'tanh',
      'open_clip',
      open,
      { 'model_cfg.quick_gelu': false, 'model_cfg.text_cfg.act_kwargs': { approximate: 'tanh' } },
      (c) => c.text.activation,
      'gelu_tanh',
    ],
    [
      'what only training needs',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.patch_dropout': 0.5 },
      (c) => c.image.width,
      32,
    ],
    [
      'gelu',
      'huggingface',
      hugging,
      { 'vision_config.hidden_act': 'gelu' },
      (c) => c.image.activation,
      'gelu',
    ],
    [
      'the end token of old files',
      'huggingface',
      hugging,
      { 'text_config.eos_token_id': 2 },
      (c) => [c.text.startToken, c.text.endToken],
      [298, 299],
    ],
    [
      'size as a number',
      'huggingface',
      'preprocessor_config.json',
      { size: 32, crop_size: 32 },
      (c) => c.preprocessing.size,
      32,
    ],
    [
      'size as of SigLIP',
      'huggingface',
      'preprocessor_config.json',
      { size: { height: 32, width: 32 }, crop_size: null },
      (c) => c.preprocessing.resize,
      'squash',
    ],
    [
      'other means',
      'huggingface',
      'preprocessor_config.json',
      { image_mean: [0.1, 0.2, 0.3] },
      (c) => c.preprocessing.mean,
      [0.1, 0.2, 0.3],
    ],
  ])('may say %s (%s)', async (_, layout, file, changes, pick, expected) => {
    const folder = await written({ layout });
    await changeConfig(folder, file, changes);
    expect(pick(await opened(folder))).toEqual(expected);
  });

  it('of Hugging Face may leave out everything that is as in ViT-B/32', async () => {
    const shape = CHECKPOINT_SHAPES['vit-b-32'];
    const folder = await written({ layout: 'huggingface', zeros: true }, shape);
    await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'clip', text_config: {} }));
    expect(shapeOf(await opened(folder))).toEqual(shape);
  });

  it('of Hugging Face may leave out everything that is as in SigLIP base', async () => {
    const shape = CHECKPOINT_SHAPES['siglip-b-16'];
    const folder = await written({ layout: 'huggingface', zeros: true }, shape);
    await writeFile(join(folder, 'config.json'), JSON.stringify({ model_type: 'siglip' }));
    expect(shapeOf(await opened(folder))).toEqual(shape);
  });

  it.each([
    ['siglip2-b-32-256', { image_size: 256, patch_size: 32 }, 256],
    ['siglip2-b-16-224', {}, 224],
  ] as const)('of Hugging Face is read as Google publishes %s', async (name, vision, side) => {
    const shape = CHECKPOINT_SHAPES[name];
    const folder = await written({ layout: 'huggingface', zeros: true }, shape);
    // The first is google/siglip2-base-patch32-256's: config.json with the SHA-256 52deee7a…, the other with d14ba2ee….
    const config = {
      ...{ initializer_factor: 1.0, model_type: 'siglip', transformers_version: '4.49.0.dev0' },
      text_config: { model_type: 'siglip_text_model', vocab_size: 256_000 },
      vision_config: { model_type: 'siglip_vision_model', ...vision },
    };
    const preprocessor = {
      ...{ do_convert_rgb: null, do_normalize: true, do_rescale: true, do_resize: true },
      ...{ image_mean: [0.5, 0.5, 0.5], image_std: [0.5, 0.5, 0.5] },
      ...{ image_processor_type: 'SiglipImageProcessor', processor_class: 'SiglipProcessor' },
      ...{ resample: 2, rescale_factor: 0.00392156862745098, size: { height: side, width: side } },
    };
    await writeFile(join(folder, 'config.json'), JSON.stringify(config));
    await writeFile(join(folder, 'preprocessor_config.json'), JSON.stringify(preprocessor));
    expect(shapeOf(await opened(folder))).toEqual(shape);
  });

  it('of open_clip is read as timm publishes SigLIP 2', async () => {
    const shape = CHECKPOINT_SHAPES['siglip2-b-32-256'];
    const folder = await written({ layout: 'open_clip', zeros: true }, shape);
    const text = {
      ...{ context_length: 64, vocab_size: 256_000, width: 768, heads: 12, layers: 12 },
      ...{ hf_tokenizer_name: 'timm/ViT-B-32-SigLIP2-256', tokenizer_kwargs: { clean: 'canonicalize' } },
      ...{ no_causal_mask: true, proj_bias: true, pool_type: 'last' },
      ...{ norm_kwargs: { eps: 1e-6 }, act_kwargs: { approximate: 'tanh' } },
    };
    await changeConfig(folder, open, { 'model_cfg.text_cfg': text });
    expect(shapeOf(await opened(folder))).toEqual(shape);
  });

  it('of Hugging Face lets the older text_config_dict win, as transformers does', async () => {
    const folder = await written({ layout: 'huggingface' });
    const { text_config: text } = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8'));
    await changeConfig(folder, 'config.json', { text_config_dict: text, 'text_config.hidden_act': 'gelu' });
    expect((await opened(folder)).text.activation).toBe('quick_gelu');
  });

  it('of open_clip may leave out everything that is as in ViT-B/32', async () => {
    const shape = CHECKPOINT_SHAPES['vit-b-32'];
    const folder = await written({ layout: 'open_clip', zeros: true }, shape);
    const config = {
      model_cfg: { embed_dim: 512, quick_gelu: true, vision_cfg: { patch_size: 32 }, text_cfg: {} },
    };
    await writeFile(join(folder, open), JSON.stringify(config));
    expect(shapeOf(await opened(folder))).toEqual(shape);
  });

  it.each<[string, Layout, string, Record<string, unknown>, RegExp]>([
    [
      'a ResNet',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.layers': [3, 4, 6, 3] },
      /layers: Expected a vision transformer but received a ResNet of \[3,4,6,3\]/,
    ],
    [
      'a ConvNeXt',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.timm_model_name': 'convnext_base' },
      /timm_model_name: Expected none, or a SigLIP tower, but received "convnext_base"/,
    ],
    [
      'EVA',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.timm_model_name': 'eva02_base_patch16_clip_224' },
      /received "eva02_base_patch16_clip_224"/,
    ],
    [
      'a text tower of Hugging Face',
      'open_clip',
      open,
      { 'model_cfg.text_cfg.hf_model_name': 'roberta-base' },
      /hf_model_name: Expected no such setting but received "roberta-base"/,
    ],
    [
      'CoCa',
      'open_clip',
      open,
      { 'model_cfg.multimodal_cfg': { width: 512 } },
      /multimodal_cfg: Expected no such setting/,
    ],
    [
      'average pooling',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.pool_type': 'avg' },
      /pool_type: Expected "tok" but received "avg"/,
    ],
    [
      'layer scale',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.ls_init_value': 1e-5 },
      /ls_init_value: .* received 0.00001/,
    ],
    [
      'attention pooling of queries',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.attentional_pool': true },
      /attentional_pool: Expected no such setting but received true/,
    ],
    ['letterboxing', 'open_clip', open, { 'preprocess_cfg.resize_mode': 'longest' }, /resize_mode/],
    ['no embedding size', 'open_clip', open, { 'model_cfg.embed_dim': null }, /model_cfg.embed_dim/],
    [
      'another model type',
      'huggingface',
      hugging,
      { model_type: 'blip' },
      /model_type: Expected "clip" or "siglip" but received "blip"$/m,
    ],
    [
      'NaFlex',
      'huggingface',
      hugging,
      { model_type: 'siglip2' },
      /received "siglip2": NaFlex takes pictures of any proportions .* google\/siglip2-base-patch16-224/,
    ],
    [
      'MetaCLIP 2',
      'huggingface',
      hugging,
      { model_type: 'metaclip_2' },
      /received "metaclip_2": MetaCLIP 2 .* no commercial use/,
    ],
    [
      'MetaCLIP 2 of open_clip',
      'open_clip',
      open,
      { 'model_cfg.text_cfg.hf_tokenizer_name': 'facebook/xlm-v-base' },
      /hf_tokenizer_name: .* received "facebook\/xlm-v-base": MetaCLIP 2/,
    ],
    [
      'PE-Core',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.timm_model_name': 'vit_pe_core_base_patch16_224' },
      /received "vit_pe_core_base_patch16_224": PE-Core .*rotary positions .* pools with attention/,
    ],
    [
      'MobileCLIP 2',
      'open_clip',
      open,
      { 'model_cfg.vision_cfg.timm_model_name': 'fastvit_mci0' },
      /received "fastvit_mci0": MobileCLIP's .* non-commercial research only/,
    ],
    [
      'another activation',
      'huggingface',
      hugging,
      { 'vision_config.hidden_act': 'silu' },
      /vision.hidden_act/,
    ],
    [
      'heads that do not divide the width',
      'huggingface',
      hugging,
      { 'vision_config.num_attention_heads': 5 },
      /heads that divide width 32 but received 5/,
    ],
    [
      'another size of pixels',
      'huggingface',
      'preprocessor_config.json',
      { size: { shortest_edge: 48 } },
      /size: Expected the image tower's 32 but received 48/,
    ],
    [
      'bilinear resizing of CLIP',
      'huggingface',
      'preprocessor_config.json',
      { resample: 2 },
      /resample: Expected 3/,
    ],
    ['pixels of 0 to 255', 'huggingface', 'preprocessor_config.json', { do_rescale: false }, /do_rescale/],
  ])('rejects %s', async (_, layout, file, changes, message) => {
    const folder = await written({ layout });
    await changeConfig(folder, file, changes);
    const opening = openCheckpoint(folder);
    await expect(opening).rejects.toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(message),
    });
    await expect(opening).rejects.toThrow(join(folder, file));
  });

  it('rejects all unsupported settings at once, and says what is supported', async () => {
    const folder = await written({ layout: 'open_clip' });
    await changeConfig(folder, open, {
      'model_cfg.vision_cfg.pool_type': 'avg',
      'model_cfg.text_cfg.embed_cls': true,
    });
    await expect(openCheckpoint(folder)).rejects.toMatchObject({
      faults: [expect.stringContaining('pool_type'), expect.stringContaining('embed_cls')],
      message: expect.stringContaining(
        'CLIP with a vision transformer and its own text transformer, and SigLIP and SigLIP 2 of a fixed',
      ),
    });
  });
});
