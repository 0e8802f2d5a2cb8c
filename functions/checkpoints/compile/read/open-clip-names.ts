import { type NameTable, part } from './layout-names.ts';

/** Queries, keys and values lie under each other in one tensor. */
const FUSED = 3;

function transformer(tower: 'image' | 'text', blocks: string): NameTable {
  const layer = `${tower}.layers.#`;
  return {
    [`${layer}.norm1.*`]: `${blocks}.#.ln_1.*`,
    [`${layer}.norm2.*`]: `${blocks}.#.ln_2.*`,
    [`${layer}.query.*`]: part(`${blocks}.#.attn.in_proj_*`, 0, FUSED),
    [`${layer}.key.*`]: part(`${blocks}.#.attn.in_proj_*`, 1, FUSED),
    [`${layer}.value.*`]: part(`${blocks}.#.attn.in_proj_*`, 2, FUSED),
    [`${layer}.out.*`]: `${blocks}.#.attn.out_proj.*`,
    [`${layer}.up.*`]: `${blocks}.#.mlp.c_fc.*`,
    [`${layer}.down.*`]: `${blocks}.#.mlp.c_proj.*`,
  };
}

/** open_clip's own vision transformer: `VisionTransformer` in its transformer.py, and OpenAI's before it. */
export const IMAGE_NAMES: NameTable = {
  'image.patch.*': 'visual.conv1.*',
  'image.class': 'visual.class_embedding',
  'image.positions': 'visual.positional_embedding',
  'image.normBefore.*': 'visual.ln_pre.*',
  ...transformer('image', 'visual.transformer.resblocks'),
  'image.normAfter.*': 'visual.ln_post.*',
  'image.projection': { tensor: 'visual.proj', transposed: true },
};

/** timm's vision transformer with an attention-pooling head: its vision_transformer.py and attention_pool.py. */
export const TIMM_IMAGE_NAMES: NameTable = {
  'image.patch.*': 'visual.trunk.patch_embed.proj.*',
  'image.positions': 'visual.trunk.pos_embed',
  'image.layers.#.norm1.*': 'visual.trunk.blocks.#.norm1.*',
  'image.layers.#.norm2.*': 'visual.trunk.blocks.#.norm2.*',
  'image.layers.#.query.*': part('visual.trunk.blocks.#.attn.qkv.*', 0, FUSED),
  'image.layers.#.key.*': part('visual.trunk.blocks.#.attn.qkv.*', 1, FUSED),
  'image.layers.#.value.*': part('visual.trunk.blocks.#.attn.qkv.*', 2, FUSED),
  'image.layers.#.out.*': 'visual.trunk.blocks.#.attn.proj.*',
  'image.layers.#.up.*': 'visual.trunk.blocks.#.mlp.fc1.*',
  'image.layers.#.down.*': 'visual.trunk.blocks.#.mlp.fc2.*',
  'image.normAfter.*': 'visual.trunk.norm.*',
  'image.pool.probe': 'visual.trunk.attn_pool.latent',
  'image.pool.query.*': 'visual.trunk.attn_pool.q.*',
  'image.pool.key.*': part('visual.trunk.attn_pool.kv.*', 0, 2),
  'image.pool.value.*': part('visual.trunk.attn_pool.kv.*', 1, 2),
  'image.pool.out.*': 'visual.trunk.attn_pool.proj.*',
  'image.pool.norm.*': 'visual.trunk.attn_pool.norm.*',
  'image.pool.up.*': 'visual.trunk.attn_pool.mlp.fc1.*',
  'image.pool.down.*': 'visual.trunk.attn_pool.mlp.fc2.*',
};

/**
 * @param prefix empty where the text tower lies at the top level (`CLIP`), `text.` in a `CustomTextCLIP`
 * @param isLinear a projection with a bias is a `Linear`, [out, in]; one without is a plain matrix, [in, out]
 */
export function textNames(prefix: '' | 'text.', isLinear: boolean): NameTable {
  const projection = `${prefix}text_projection`;
  return {
    'text.tokens': `${prefix}token_embedding.weight`,
    'text.positions': `${prefix}positional_embedding`,
    ...transformer('text', `${prefix}transformer.resblocks`),
    'text.normAfter.*': `${prefix}ln_final.*`,
    ...(isLinear
      ? { 'text.projection.*': `${projection}.*` }
      : { 'text.projection.weight': { tensor: projection, transposed: true } }),
  };
}
