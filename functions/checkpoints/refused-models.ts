interface RefusedModel {
  /** Names in configurations: timm's of the image tower or the tokenizer's (open_clip), `model_type` (Hugging Face). */
  readonly setting: RegExp;
  /** The publishers' repositories on the hub. */
  readonly repository: RegExp;
  /** Reason and licence, as a sentence goes on. */
  readonly reason: string;
}

/** Models that people ask for and that are not built here. */
const REFUSED: readonly RefusedModel[] = [
  {
    setting: /^vit_pe_/,
    repository: /^(facebook|timm)\/PE-Core/i,
    reason:
      'PE-Core turns queries and keys by their place in the picture (rotary positions in two dimensions) and pools with attention before a projection, which this compiler does not build; google/siglip2-base-patch16-224 is nearly as good on ImageNet',
  },
  {
    setting: /^siglip2$|naflex/,
    repository: /^(google|timm)\/.*naflex/i,
    reason:
      'NaFlex takes pictures of any proportions as a list of patches, and Cliptag gives every picture the same size; take a SigLIP 2 of a fixed size, such as google/siglip2-base-patch16-224',
  },
  {
    setting: /^fastvit_|_mci_/,
    repository: /^(apple|timm)\/MobileCLIP/i,
    reason:
      "MobileCLIP's image tower begins with convolutions, which this compiler does not build, and its licence (Apple Machine Learning Research Model) allows non-commercial research only",
  },
  {
    setting: /^metaclip_2$|xlm-v/,
    repository: /^(facebook|timm)\/metaclip-2/i,
    reason:
      'MetaCLIP 2 has a vocabulary and a tokenizer of its own (XLM-V), which this compiler does not read, and its licence (CC BY-NC 4.0) allows no commercial use',
  },
];

/** Why a model with this name in its configuration is refused, to be put behind it; nothing where it is not. */
export function reasonAgainst(setting: string): string {
  return following(REFUSED.find((refused) => refused.setting.test(setting)));
}

/** Why a repository is refused before anything is downloaded, likewise. @param repo `OWNER/REPO` */
export function reasonAgainstRepository(repo: string): string {
  return following(REFUSED.find((refused) => refused.repository.test(repo)));
}

function following(refused: RefusedModel | undefined): string {
  return refused === undefined ? '' : `: ${refused.reason}`;
}
