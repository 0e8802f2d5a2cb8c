import { z } from 'zod';
import { InvalidInput } from '../../../core/errors.ts';
import { reasonAgainst } from '../../refused-models.ts';
import { parseCheckpointJson } from './checkpoint-json.ts';
import { channels, count, side } from './layout-settings.ts';
import { notSupported } from './open-clip-config.ts';

const activation = z.enum(['gelu', 'quick_gelu', 'gelu_pytorch_tanh', 'gelu_new']);

/** The defaults of transformers' configuration_clip.py and configuration_siglip.py: a file holds only what differs. */
function towers(defaults: {
  hidden: number;
  activation: z.infer<typeof activation>;
  epsilon: number;
  patch: number;
  text: { hidden: number; heads: number; length: number; vocabulary: number };
}) {
  const shared = {
    num_hidden_layers: count.default(12),
    hidden_act: activation.default(defaults.activation),
    layer_norm_eps: z.number().positive().default(defaults.epsilon),
  };
  const { text } = defaults;
  return {
    vision: z.object({
      ...shared,
      hidden_size: count.default(defaults.hidden),
      intermediate_size: count.default(4 * defaults.hidden),
      num_attention_heads: count.default(12),
      num_channels: z.literal(3).default(3),
      image_size: side.default(224),
      patch_size: side.default(defaults.patch),
      vision_use_head: z.literal(true).default(true),
    }),
    text: z.object({
      ...shared,
      hidden_size: count.default(text.hidden),
      intermediate_size: count.default(4 * text.hidden),
      num_attention_heads: count.default(text.heads),
      max_position_embeddings: count.default(text.length),
      vocab_size: count.default(text.vocabulary),
      projection_size: count.nullish(),
      bos_token_id: z.int().nullish(),
      eos_token_id: z.int().nullish(),
    }),
  };
}

const CLIP = towers({
  hidden: 768,
  activation: 'quick_gelu',
  epsilon: 1e-5,
  patch: 32,
  text: { hidden: 512, heads: 8, length: 77, vocabulary: 49_408 },
});
const SIGLIP = towers({
  hidden: 768,
  activation: 'gelu_pytorch_tanh',
  epsilon: 1e-6,
  patch: 16,
  text: { hidden: 768, heads: 12, length: 64, vocabulary: 32_000 },
});

const topSchema = z.object({
  model_type: z.string(),
  projection_dim: count.default(512),
  text_config: z.looseObject({}).nullish(),
  vision_config: z.looseObject({}).nullish(),
  // Where older files have these too, transformers lets them win (`CLIPConfig.__init__`).
  text_config_dict: z.looseObject({}).nullish(),
  vision_config_dict: z.looseObject({}).nullish(),
});

export interface HuggingFaceConfig {
  readonly kind: 'clip' | 'siglip';
  readonly projectionSize: number;
  readonly vision: z.infer<typeof CLIP.vision>;
  readonly text: z.infer<typeof CLIP.text>;
}

/**
 * Reads `config.json`.
 *
 * @throws {InvalidInput} for a malformed one, and for a model of another kind
 */
export function parseHuggingFaceConfig(json: string, path: string): HuggingFaceConfig {
  const top = parseCheckpointJson(json, topSchema, path);
  const { model_type: kind } = top;
  if (kind !== 'clip' && kind !== 'siglip')
    throw notSupported(path, [
      `model_type: Expected "clip" or "siglip" but received ${JSON.stringify(kind)}${reasonAgainst(kind)}`,
    ]);
  const sections = {
    vision: top.vision_config_dict ?? top.vision_config ?? {},
    text: top.text_config_dict ?? top.text_config ?? {},
  };
  const parsed = parseCheckpointJson(
    JSON.stringify(sections),
    z.object(kind === 'clip' ? CLIP : SIGLIP),
    path,
  );
  for (const [where, { hidden_size: width, num_attention_heads: heads }] of Object.entries(parsed)) {
    if (width % heads !== 0)
      throw notSupported(path, [
        `${where}_config: Expected heads that divide width ${width} but received ${heads}`,
      ]);
  }
  return { kind, projectionSize: top.projection_dim, ...parsed };
}

/** `CLIPImageProcessor` and `SiglipImageProcessor`, and their faster variants. */
const preprocessorSchema = z.object({
  image_mean: channels,
  image_std: channels,
  size: z.union([count, z.object({ shortest_edge: count }), side.transform((square) => ({ square }))]),
  crop_size: side.nullish(),
  /** A number of `PIL.Image.Resampling`: 2 is bilinear, 3 bicubic. */
  resample: z.int().default(3),
  do_resize: z.literal(true).default(true),
  do_center_crop: z.boolean().nullish(),
  do_rescale: z.literal(true).default(true),
  do_normalize: z.literal(true).default(true),
  rescale_factor: z
    .number()
    .refine((factor) => Math.abs(factor * 255 - 1) < 1e-6, { error: 'Expected 1/255' })
    .default(1 / 255),
});

const BICUBIC = 3;
const BILINEAR = 2;

export interface PreprocessorConfig {
  readonly mean: readonly [number, number, number];
  readonly std: readonly [number, number, number];
  readonly resize: 'bicubic' | 'squash';
}

/**
 * Reads `preprocessor_config.json`, or the part of `processor_config.json` that stands in its place.
 *
 * @param imageSize the input size of the image tower, which the preprocessing must produce
 * @throws {InvalidInput} for a malformed one, and for preprocessing of another kind
 */
export function parsePreprocessor(
  json: string,
  path: string,
  kind: HuggingFaceConfig['kind'],
  imageSize: number,
): PreprocessorConfig {
  const config = parseCheckpointJson(json, preprocessorSchema, path);
  const { crop_size: crop, resample } = config;
  const { side: resized, isShort } = resizedTo(config.size, kind);
  const cropped = isShort ? (crop ?? resized) : resized;
  const faults: string[] = [];
  if (resized !== imageSize)
    faults.push(`size: Expected the image tower's ${imageSize} but received ${resized}`);
  if (cropped !== imageSize)
    faults.push(`crop_size: Expected the image tower's ${imageSize} but received ${cropped}`);
  if (isShort && config.do_center_crop === false)
    faults.push('do_center_crop: Expected true with a short side but received false');
  // SigLIP 2 says bilinear here and bicubic in open_clip's publication of the same weights.
  if (resample !== BICUBIC && !(kind === 'siglip' && resample === BILINEAR))
    faults.push(`resample: Expected ${BICUBIC} (bicubic) but received ${resample}`);
  if (faults.length > 0)
    throw new InvalidInput(`${path} describes preprocessing that is not supported`, faults);
  return { mean: config.image_mean, std: config.image_std, resize: isShort ? 'bicubic' : 'squash' };
}

/** A plain number, in old files, is the short side for CLIP's processor and both sides for SigLIP's. */
function resizedTo(
  size: z.infer<typeof preprocessorSchema>['size'],
  kind: HuggingFaceConfig['kind'],
): { side: number; isShort: boolean } {
  if (typeof size === 'number') return { side: size, isShort: kind === 'clip' };
  return 'square' in size
    ? { side: size.square, isShort: false }
    : { side: size.shortest_edge, isShort: true };
}
