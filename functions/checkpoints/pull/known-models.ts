import type { PulledLayout } from './wanted-files.ts';

/** A checkpoint that can be pulled by a short name. */
export interface KnownModel {
  readonly about: string;
  /** `OWNER/REPO` on the hub. */
  readonly repo: string;
  /** A commit, because a branch moves. */
  readonly revision: string;
  readonly licence: string;
  /** @default auto */
  readonly layout?: PulledLayout;
  /** By path, the SHA-256 of files that are known beforehand. */
  readonly pins?: Readonly<Record<string, string>>;
}

/**
 * The names that `cliptag models pull` knows.
 *
 * Pickles are never read (they are programs, not data). So where the publisher's branch holds `pytorch_model.bin` only,
 * the revision is that of the pull request in which the hub's conversion robot added the same weights as safetensors.
 * The publisher does not vouch for such a conversion; the digest only makes sure that it stays the same.
 */
export const KNOWN_MODELS: Readonly<Record<string, KnownModel>> = {
  'vit-b-32-256-datacomp': {
    about: 'ViT-B/32 at 256 px, DataComp; the default in the cloud',
    repo: 'laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K',
    revision: '4afec35ffe57a943d569ff7ee888061830164da8',
    licence: 'MIT',
  },
  'vit-b-32-openai': {
    about: "ViT-B/32 at 224 px, OpenAI's own; converted from pytorch_model.bin by the hub's robot",
    repo: 'openai/clip-vit-base-patch32',
    revision: 'c237dc49a33fc61debc9276459120b7eac67e7ef',
    licence: 'MIT',
  },
  'vit-b-16-datacomp': {
    about: "ViT-B/16 at 224 px, DataComp; converted from open_clip_pytorch_model.bin by the hub's robot",
    repo: 'laion/CLIP-ViT-B-16-DataComp.XL-s13B-b90K',
    revision: '05fa70d888b3dcddcaeb5906c71e35e736bc8d42',
    licence: 'MIT',
  },
  'vit-l-14-openai': {
    about: "ViT-L/14 at 224 px, OpenAI's own",
    repo: 'openai/clip-vit-large-patch14',
    revision: '32bd64288804d66eefd0ccbe215aa642df71cc41',
    licence: 'MIT',
  },
  'siglip2-b-32-256': {
    about: 'SigLIP 2 B/32 at 256 px, for labels in many languages',
    repo: 'google/siglip2-base-patch32-256',
    revision: '9e7ee68506177b546b2d5dc578f54afdc5e425f1',
    licence: 'Apache-2.0',
    pins: {
      'model.safetensors': '7d241bb3becad218f211f480487f491df4f8c0a472ecf7afdec5615815a301f1',
      'tokenizer.json': 'cb9140fae3ac5122c972d37adf83e1248471a38147ad76f8215c8872c6fd8322',
    },
  },
  'siglip2-b-16-224': {
    about: 'SigLIP 2 B/16 at 224 px, likewise; better, and three times the work',
    repo: 'google/siglip2-base-patch16-224',
    revision: '75de2d55ec2d0b4efc50b3e9ad70dba96a7b2fa2',
    licence: 'Apache-2.0',
  },
  'vit-b-32-openai-onnx': {
    about: 'the same as ready ONNX files',
    repo: 'Xenova/clip-vit-base-patch32',
    revision: 'd15189d7028b43f1d3e65039190477f6af591c2a',
    licence: 'MIT',
    layout: 'onnx',
    pins: {
      'onnx/vision_model.onnx': 'fd6e1402a588279d1723c7534d4bcba5bc0b14b47dfab0e46f8c47b8270d7d40',
      'onnx/text_model_quantized.onnx': '73baab855d406190da9faa498cfedf65f15cf309f4cc7385b7b032e6d08e5c3a',
    },
  },
};
