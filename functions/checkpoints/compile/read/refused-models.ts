/**
 * Models that people ask for and that are not built here, by the name that their configurations give: timm's of the image
 * tower or the tokenizer's (open_clip), or `model_type` (Hugging Face). Reason and licence, as a sentence goes on.
 */
const REFUSED: ReadonlyArray<readonly [name: RegExp, reason: string]> = [
  [
    /^vit_pe_/,
    'PE-Core turns queries and keys by their place in the picture (rotary positions in two dimensions) and pools with attention before a projection, which this compiler does not build; google/siglip2-base-patch16-224 is nearly as good on ImageNet',
  ],
  [
    /^siglip2$|naflex/,
    'NaFlex takes pictures of any proportions as a list of patches, and Cliptag gives every picture the same size; take a SigLIP 2 of a fixed size, such as google/siglip2-base-patch16-224',
  ],
  [
    /^fastvit_|_mci_/,
    "MobileCLIP's image tower begins with convolutions, which this compiler does not build, and its licence (Apple Machine Learning Research Model) allows non-commercial research only",
  ],
  [
    /^metaclip_2$|xlm-v/,
    'MetaCLIP 2 has a vocabulary and a tokenizer of its own (XLM-V), which this compiler does not read, and its licence (CC BY-NC 4.0) allows no commercial use',
  ],
];

/** Why a model of this name is refused, to be put behind it; nothing for names that nobody asks for. */
export function reasonAgainst(name: string): string {
  const reason = REFUSED.find(([pattern]) => pattern.test(name))?.[1];
  return reason === undefined ? '' : `: ${reason}`;
}
