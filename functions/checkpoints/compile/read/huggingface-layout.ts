import type { Activation, CheckpointShape, ImageTowerShape, TextTowerShape } from './checkpoint.ts';
import { type HuggingFaceConfig, parseHuggingFaceConfig, parsePreprocessor } from './huggingface-config.ts';
import { CLIP_NAMES, SIGLIP_NAMES } from './huggingface-names.ts';
import { type LayoutReading, sourceIn } from './layout-names.ts';
import { SIGLIP_END_TOKEN, siglipPadToken } from './layout-settings.ts';
import type { ConfigFile } from './preprocessing-file.ts';

/** Hugging Face's names of activations. */
const ACTIVATIONS: Readonly<Record<HuggingFaceConfig['text']['hidden_act'], Activation>> = {
  gelu: 'gelu',
  quick_gelu: 'quick_gelu',
  gelu_pytorch_tanh: 'gelu_tanh',
  gelu_new: 'gelu_tanh', // the same formula, written out
};

/** Configurations from before transformers 4.31 say 2 and mean the token with the highest id (modeling_clip.py). */
const LEGACY_END_TOKEN = 2;

/** The defaults of `CLIPTextConfig` (configuration_clip.py). */
const CLIP_TOKENS = { start: 49_406, end: 49_407 } as const;

/**
 * @param config `config.json`
 * @param preprocessor `preprocessor_config.json`, or what stands in its place
 * @throws {InvalidInput} when one is malformed or describes a model of another kind
 */
export function readHuggingFace(config: ConfigFile, preprocessor: ConfigFile): LayoutReading {
  const parsed = parseHuggingFaceConfig(config.json, config.path);
  const { kind, vision } = parsed;
  const size = vision.image_size;
  const preprocessing = parsePreprocessor(preprocessor.json, preprocessor.path, kind, size);
  const shape: CheckpointShape = {
    embeddingSize: kind === 'clip' ? parsed.projectionSize : vision.hidden_size,
    image: imageTower(parsed),
    text: kind === 'clip' ? clipText(parsed) : siglipText(parsed),
    preprocessing: { ...preprocessing, size },
    scoring: kind === 'clip' ? 'softmax' : 'sigmoid',
  };
  const table = kind === 'clip' ? CLIP_NAMES : SIGLIP_NAMES;
  return {
    shape,
    sourceOf: (name) => sourceIn(table, name),
    logitScale: 'logit_scale',
    ...(kind === 'siglip' && { logitBias: 'logit_bias' }),
  };
}

function imageTower({ kind, vision }: HuggingFaceConfig): ImageTowerShape {
  const isClip = kind === 'clip';
  const patches = Math.floor(vision.image_size / vision.patch_size) ** 2;
  return {
    ...tower(vision),
    imageSize: vision.image_size,
    patchSize: vision.patch_size,
    tokens: patches + (isClip ? 1 : 0),
    hasClassToken: isClip,
    hasNormBefore: isClip,
    patchBias: !isClip,
    pooling: isClip ? 'class' : 'attention',
  };
}

function clipText({ text }: HuggingFaceConfig): TextTowerShape {
  const { vocab_size: vocabularySize, eos_token_id: end } = text;
  const highest = vocabularySize - 1;
  const isLegacy = end === LEGACY_END_TOKEN;
  return {
    ...tower(text),
    contextLength: text.max_position_embeddings,
    vocabularySize,
    endToken: isLegacy ? highest : (end ?? CLIP_TOKENS.end),
    startToken: isLegacy ? highest - 1 : (text.bos_token_id ?? CLIP_TOKENS.start),
    padToken: 0,
    causal: true,
    pooling: 'end',
    projectionBias: false,
  };
}

function siglipText({ text }: HuggingFaceConfig): TextTowerShape {
  const { vocab_size: vocabularySize } = text;
  return {
    ...tower(text),
    contextLength: text.max_position_embeddings,
    vocabularySize,
    // SigLIP's configurations name CLIP's tokens, which its tokenizer does not have.
    endToken: SIGLIP_END_TOKEN,
    padToken: siglipPadToken(vocabularySize),
    causal: false,
    pooling: 'last',
    projectionBias: true,
  };
}

function tower(config: HuggingFaceConfig['text'] | HuggingFaceConfig['vision']) {
  return {
    width: config.hidden_size,
    layers: config.num_hidden_layers,
    heads: config.num_attention_heads,
    mlpWidth: config.intermediate_size,
    activation: ACTIVATIONS[config.hidden_act],
    layerNormEpsilon: config.layer_norm_eps,
  };
}
