/** All that is said of an image. */
export interface TaggedImage {
  /** Label set by label set, best score first. Empty when nothing passed its threshold. */
  readonly tags: readonly ImageTag[];
  /** Direction of length 1. Two may be compared when their `modelDigest` is the same: their dot product is the cosine. */
  readonly embedding: Float32Array;
  readonly modelDigest: string;
  /** In pixels, upright as a viewer shows it. */
  readonly width: number;
  readonly height: number;
  /** `jpeg`, `png`, `webp`, …, by the bytes and not by a name. */
  readonly format: string;
}

export interface ImageTag {
  /** Name of the label set. */
  readonly set: string;
  readonly label: string;
  /** In [0, 1], with four decimals. */
  readonly score: number;
}
