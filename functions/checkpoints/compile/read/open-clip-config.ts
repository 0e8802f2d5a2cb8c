import { z } from 'zod';
import { excerpt, InvalidInput } from '../../../core/errors.ts';
import { reasonAgainst } from '../../refused-models.ts';
import { parseCheckpointJson } from './checkpoint-json.ts';
import {
  channels,
  count,
  type LayoutSettings,
  side,
  type Understood,
  unsupported,
} from './layout-settings.ts';

/** PyTorch's `gelu` has one argument. */
const activationArguments = z
  .strictObject({ approximate: z.enum(['none', 'tanh']).default('none') })
  .nullish();
const normArguments = z.strictObject({ eps: z.number().positive() }).nullish();

/** The keys and defaults of `CLIPVisionCfg` in open_clip's model.py. */
const visionSchema = z.object({
  image_size: side.default(224),
  layers: count.default(12),
  width: count.default(768),
  head_width: count.default(64),
  mlp_ratio: z.number().positive().default(4),
  patch_size: side.default(16),
  no_ln_pre: z.boolean().default(false),
  act_kwargs: activationArguments,
  norm_kwargs: normArguments,
  timm_model_name: z.string().nullish(),
});

/** `CLIPTextCfg`, likewise. */
const textSchema = z.object({
  context_length: count.default(77),
  vocab_size: count.default(49_408),
  width: count.default(512),
  heads: count.default(8),
  layers: count.default(12),
  mlp_ratio: z.number().positive().default(4),
  no_causal_mask: z.boolean().default(false),
  pool_type: z.enum(['argmax', 'eos', 'last']).default('argmax'),
  eos_id: z.int().min(0).nullish(),
  bos_id: z.int().min(0).nullish(),
  proj_bias: z.boolean().default(false),
  act_kwargs: activationArguments,
  norm_kwargs: normArguments,
});

const modelSchema = z.object({
  embed_dim: count,
  quick_gelu: z.boolean().default(false),
  init_logit_bias: z.number().nullish(),
  vision_cfg: visionSchema,
  text_cfg: textSchema,
});

/** `PreprocessCfg` of open_clip's transform.py, with the mean of its constants.py; its `size` is always the tower's. */
const preprocessSchema = z.object({
  mean: channels.default([0.48145466, 0.4578275, 0.40821073]),
  std: channels.default([0.26862954, 0.26130258, 0.27577711]),
  interpolation: z.literal('bicubic').default('bicubic'),
  resize_mode: z.enum(['shortest', 'squash']).default('shortest'),
});

const configSchema = z.object({
  model_cfg: modelSchema,
  preprocess_cfg: preprocessSchema.default(() => preprocessSchema.parse({})),
});

export type OpenClipConfig = z.infer<typeof configSchema>;

/** Settings that would make attention and blocks of another kind than CLIP's. */
const BLOCKS: Understood = { ls_init_value: [], block_type: ['default'], norm_type: ['layernorm'] };

const VISION: Understood = {
  ...BLOCKS,
  patch_dropout: 'any', // in training only
  output_tokens: 'any',
  image_seq_len: 'any',
  attn_pooler_queries: 'any', // of no effect without `attentional_pool`
  attn_pooler_heads: 'any',
  pos_embed_type: 'any', // the positions are in the file, however they were made
  final_ln_after_pool: 'any', // a norm acts on each token alone
  pool_type: ['tok'],
  timm_model_pretrained: 'any', // where the weights came from before
  timm_drop: 'any',
  timm_drop_path: 'any',
  timm_pool: ['map'],
  timm_proj: ['none', ''],
};

const TEXT: Understood = {
  ...BLOCKS,
  text_arch: ['clip'],
  hf_tokenizer_name: 'any', // tokens are the tokenizer's matter
  hf_tokenizer_pretrained: 'any',
  tokenizer_kwargs: 'any',
  tokenizer_mode: 'any',
  tokenizer_type: 'any',
  tiktoken_name: 'any',
  pad_id: 'any', // used with `embed_cls` only
  variable_text: 'any',
  output_tokens: 'any',
  final_ln_after_pool: 'any',
  proj_type: ['linear'],
  hf_model_pretrained: 'any',
  hf_proj_type: 'any',
  hf_pooler_type: 'any',
  // These belong to the "modern" architecture only, which is refused.
  attention_mode: 'any',
  pos_embed: 'any',
  rope_temperature: 'any',
  mlp_type: 'any',
  norm_eps: 'any',
  norm_placement: 'any',
  reg_tokens: [0],
  attention_bias: [true],
  mlp_bias: [true],
};

const MODEL: Understood = {
  custom_text: 'any',
  init_logit_scale: 'any',
  output_dict: 'any',
  cast_dtype: 'any',
};

const partsSchema = z.object({
  model_cfg: z.looseObject({ vision_cfg: z.looseObject({}), text_cfg: z.looseObject({}) }),
});

/**
 * Reads `open_clip_config.json`.
 *
 * @throws {InvalidInput} for a malformed one, and for a model of another kind, with all that differs
 */
export function parseOpenClipConfig(json: string, path: string): OpenClipConfig {
  const { model_cfg: model } = parseCheckpointJson(json, partsSchema, path);
  const faults = [
    ...otherImageTower(model.vision_cfg),
    ...otherTokenizer(model.text_cfg),
    ...unsupported(model, modelSchema.shape, MODEL, 'model_cfg'),
    ...unsupported(model.vision_cfg, visionSchema.shape, VISION, 'model_cfg.vision_cfg'),
    ...unsupported(model.text_cfg, textSchema.shape, TEXT, 'model_cfg.text_cfg'),
  ];
  if (faults.length > 0) throw notSupported(path, faults);
  return parseCheckpointJson(json, configSchema, path);
}

/** timm's names of SigLIP's towers; towers with `_gap_` pool differently. */
export const SIGLIP_TOWER = /^vit_(base|large|so400m|giantopt)_patch(\d+)_siglip_\d+$/;

function otherImageTower({ layers, timm_model_name: name }: LayoutSettings): string[] {
  if (Array.isArray(layers))
    return [
      `model_cfg.vision_cfg.layers: Expected a vision transformer but received a ResNet of ${excerpt(layers)} blocks`,
    ];
  if (typeof name === 'string' && !SIGLIP_TOWER.test(name))
    return [
      `model_cfg.vision_cfg.timm_model_name: Expected none, or a SigLIP tower, but received ${excerpt(name)}${reasonAgainst(name)}`,
    ];
  return [];
}

/** Most names say little, since copies have names of their own: only those that are known to be another are refused. */
function otherTokenizer({ hf_tokenizer_name: name }: LayoutSettings): string[] {
  const reason = typeof name === 'string' ? reasonAgainst(name) : '';
  if (reason === '') return [];
  return [
    `model_cfg.text_cfg.hf_tokenizer_name: Expected CLIP's or SigLIP's but received ${excerpt(name)}${reason}`,
  ];
}

export function notSupported(path: string, faults: readonly string[]): InvalidInput {
  const supported =
    'CLIP with a vision transformer and its own text transformer, and SigLIP and SigLIP 2 of a fixed picture size';
  return new InvalidInput(
    `${path} describes a model that is not supported (supported: ${supported})`,
    faults,
  );
}
