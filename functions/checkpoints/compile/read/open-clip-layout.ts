import type {
  Activation,
  CheckpointShape,
  ImageTowerShape,
  TextTowerShape,
  TowerShape,
} from './checkpoint.ts';
import { type LayoutReading, sourceIn } from './layout-names.ts';
import { SIGLIP_END_TOKEN, siglipPadToken } from './layout-settings.ts';
import { notSupported, type OpenClipConfig, parseOpenClipConfig, SIGLIP_TOWER } from './open-clip-config.ts';
import { IMAGE_NAMES, TIMM_IMAGE_NAMES, textNames } from './open-clip-names.ts';

type ModelConfig = OpenClipConfig['model_cfg'];

/** The default of PyTorch's `LayerNorm`. */
const LAYER_NORM_EPSILON = 1e-5;

/**
 * SigLIP's towers as timm's vision_transformer.py defines them by name: width, layers, heads, MLP width.
 * The activation is the one they were trained with (big_vision: flax's gelu, by tanh), as in Hugging Face's
 * configurations; timm computes some of them with the exact gelu.
 */
const SIGLIP_TOWERS: Readonly<Record<string, readonly [number, number, number, number]>> = {
  base: [768, 12, 12, 3072],
  large: [1024, 24, 16, 4096],
  so400m: [1152, 27, 16, 4304],
  giantopt: [1536, 40, 16, 6144],
};
/** The norms of timm's vision_transformer.py. */
const TIMM_EPSILON = 1e-6;

/**
 * @param has whether the files hold a tensor of this name
 * @throws {InvalidInput} when the configuration is malformed or describes a model of another kind
 */
export function readOpenClip(json: string, path: string, has: (tensor: string) => boolean): LayoutReading {
  const { model_cfg: model, preprocess_cfg: preprocess } = parseOpenClipConfig(json, path);
  const image = imageTower(model, path);
  const shape: CheckpointShape = {
    embeddingSize: model.embed_dim,
    image,
    text: textTower(model, path),
    preprocessing: {
      mean: preprocess.mean,
      std: preprocess.std,
      size: image.imageSize,
      resize: preprocess.resize_mode === 'squash' ? 'squash' : 'bicubic',
    },
    scoring: model.init_logit_bias == null ? 'softmax' : 'sigmoid',
  };
  // A CustomTextCLIP has a prefix for its text tower; `custom_text` is only one of the settings that make one.
  const prefix = has('text.token_embedding.weight') ? 'text.' : '';
  const table = {
    ...(image.pooling === 'attention' ? TIMM_IMAGE_NAMES : IMAGE_NAMES),
    ...textNames(prefix, shape.text.projectionBias),
  };
  return {
    shape,
    sourceOf: (name) => sourceIn(table, name),
    logitScale: 'logit_scale',
    ...(shape.scoring === 'sigmoid' && { logitBias: 'logit_bias' }),
  };
}

function imageTower(model: ModelConfig, path: string): ImageTowerShape {
  const { vision_cfg: vision } = model;
  const timm = SIGLIP_TOWER.exec(vision.timm_model_name ?? '');
  if (timm !== null) return siglipTower(timm[1] ?? '', Number(timm[2]), model, path);
  const heads = Math.floor(vision.width / vision.head_width);
  return {
    ...tower(model, vision, heads, path, 'vision_cfg'),
    imageSize: vision.image_size,
    patchSize: vision.patch_size,
    tokens: Math.floor(vision.image_size / vision.patch_size) ** 2 + 1,
    hasClassToken: true,
    hasNormBefore: !vision.no_ln_pre,
    patchBias: false,
    pooling: 'class',
  };
}

function siglipTower(size: string, patchSize: number, model: ModelConfig, path: string): ImageTowerShape {
  const [width = 0, layers = 0, heads = 0, mlpWidth = 0] = SIGLIP_TOWERS[size] ?? [];
  if (width !== model.embed_dim)
    throw notSupported(path, [
      `model_cfg.embed_dim: Expected the tower's width ${width} but received ${model.embed_dim}`,
    ]);
  const { image_size: imageSize } = model.vision_cfg;
  return {
    width,
    layers,
    heads,
    mlpWidth,
    activation: 'gelu_tanh',
    layerNormEpsilon: TIMM_EPSILON,
    imageSize,
    patchSize,
    tokens: Math.floor(imageSize / patchSize) ** 2,
    hasClassToken: false,
    hasNormBefore: false,
    patchBias: true,
    pooling: 'attention',
  };
}

function textTower(model: ModelConfig, path: string): TextTowerShape {
  const { text_cfg: text } = model;
  return {
    ...tower(model, text, text.heads, path, 'text_cfg'),
    contextLength: text.context_length,
    vocabularySize: text.vocab_size,
    ...tokens(text, path),
    causal: !text.no_causal_mask,
    pooling: text.pool_type === 'last' ? 'last' : 'end',
    projectionBias: text.proj_bias,
  };
}

function tokens(
  { pool_type: pooling, vocab_size: vocabularySize, eos_id: end, bos_id: start }: ModelConfig['text_cfg'],
  path: string,
): Pick<TextTowerShape, 'endToken' | 'startToken' | 'padToken'> {
  // The token with the highest id: in CLIP's vocabulary the end, with the start before it.
  if (pooling === 'argmax')
    return { endToken: vocabularySize - 1, startToken: vocabularySize - 2, padToken: 0 };
  if (pooling === 'last')
    return {
      endToken: end ?? SIGLIP_END_TOKEN,
      padToken: siglipPadToken(vocabularySize),
    };
  if (end == null)
    throw notSupported(path, ['model_cfg.text_cfg.eos_id: Expected with pool_type "eos" but it is missing']);
  return { endToken: end, ...(start != null && { startToken: start }), padToken: 0 };
}

function tower(
  { quick_gelu: isQuick }: ModelConfig,
  config: Pick<ModelConfig['text_cfg'], 'width' | 'layers' | 'mlp_ratio' | 'act_kwargs' | 'norm_kwargs'>,
  heads: number,
  path: string,
  where: string,
): TowerShape {
  const { width, layers } = config;
  if (heads < 1 || width % heads !== 0)
    throw notSupported(path, [
      `model_cfg.${where}: Expected heads that divide width ${width} but received ${heads}`,
    ]);
  const gelu: Activation = config.act_kwargs?.approximate === 'tanh' ? 'gelu_tanh' : 'gelu';
  return {
    width,
    layers,
    heads,
    mlpWidth: Math.floor(width * config.mlp_ratio),
    activation: isQuick ? 'quick_gelu' : gelu,
    layerNormEpsilon: config.norm_kwargs?.eps ?? LAYER_NORM_EPSILON,
  };
}
