import { type NameTable, part } from './layout-names.ts';

function encoder(tower: 'image' | 'text', layers: string): NameTable {
  const layer = `${tower}.layers.#`;
  return {
    [`${layer}.norm1.*`]: `${layers}.#.layer_norm1.*`,
    [`${layer}.norm2.*`]: `${layers}.#.layer_norm2.*`,
    [`${layer}.query.*`]: `${layers}.#.self_attn.q_proj.*`,
    [`${layer}.key.*`]: `${layers}.#.self_attn.k_proj.*`,
    [`${layer}.value.*`]: `${layers}.#.self_attn.v_proj.*`,
    [`${layer}.out.*`]: `${layers}.#.self_attn.out_proj.*`,
    [`${layer}.up.*`]: `${layers}.#.mlp.fc1.*`,
    [`${layer}.down.*`]: `${layers}.#.mlp.fc2.*`,
  };
}

const SHARED: NameTable = {
  'image.patch.*': 'vision_model.embeddings.patch_embedding.*',
  'image.positions': 'vision_model.embeddings.position_embedding.weight',
  ...encoder('image', 'vision_model.encoder.layers'),
  'image.normAfter.*': 'vision_model.post_layernorm.*',
  'text.tokens': 'text_model.embeddings.token_embedding.weight',
  'text.positions': 'text_model.embeddings.position_embedding.weight',
  ...encoder('text', 'text_model.encoder.layers'),
  'text.normAfter.*': 'text_model.final_layer_norm.*',
};

/** `CLIPModel` in transformers' modeling_clip.py; "layrnorm" is its spelling. */
export const CLIP_NAMES: NameTable = {
  ...SHARED,
  'image.class': 'vision_model.embeddings.class_embedding',
  'image.normBefore.*': 'vision_model.pre_layrnorm.*',
  'image.projection': 'visual_projection.weight',
  'text.projection.*': 'text_projection.*',
};

/** `SiglipModel` in transformers' modeling_siglip.py. */
export const SIGLIP_NAMES: NameTable = {
  ...SHARED,
  'image.pool.probe': 'vision_model.head.probe',
  'image.pool.query.*': part('vision_model.head.attention.in_proj_*', 0, 3),
  'image.pool.key.*': part('vision_model.head.attention.in_proj_*', 1, 3),
  'image.pool.value.*': part('vision_model.head.attention.in_proj_*', 2, 3),
  'image.pool.out.*': 'vision_model.head.attention.out_proj.*',
  'image.pool.norm.*': 'vision_model.head.layernorm.*',
  'image.pool.up.*': 'vision_model.head.mlp.fc1.*',
  'image.pool.down.*': 'vision_model.head.mlp.fc2.*',
  'text.projection.*': 'text_model.head.*',
};
