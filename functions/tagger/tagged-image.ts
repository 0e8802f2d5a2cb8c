/** All that is said of an image. */
export interface TaggedImage {
  /** Label set by label set, best score first. Empty when nothing passed its threshold. */
  readonly tags: readonly ImageTag[];
  /** Label sets that say "unknown": none of their labels fits. Those with a reject option alone can. */
  readonly unknown?: readonly string[] | undefined;
  /** Direction of length 1. Two may be compared when their `modelDigest` is the same: their dot product is the cosine. */
  readonly embedding: Float32Array;
  readonly modelDigest: string;
  /** In pixels, upright as a viewer shows it. */
  readonly width: number;
  readonly height: number;
  /** `jpeg`, `png`, `webp`, …, by the bytes and not by a name. */
  readonly format: string;
  /**
   * Time of exposure as the camera's clock had it, ISO 8601; with an offset from UTC where the file tells one. Missing where
   * it tells nothing, as are camera and place.
   */
  readonly takenAt?: string;
  /** Maker and model: `Canon EOS R5`. */
  readonly camera?: string;
  /** Where it was taken, in degrees (WGS 84); north and east are positive. */
  readonly latitude?: number;
  readonly longitude?: number;
  /** 64-bit difference hash, 16 hexadecimal digits: copies of a picture differ in few bits. */
  readonly differenceHash: string;
  /** How sharp its centre is, of images that are alike: the higher, the sharper. */
  readonly sharpness: number;
  /** Mean colour, `#rrggbb`. */
  readonly colour: string;
}

export interface ImageTag {
  /** Name of the label set. */
  readonly set: string;
  readonly label: string;
  /** In [0, 1], with four decimals. */
  readonly score: number;
}
