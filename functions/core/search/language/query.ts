import type { LabelTerm } from '../../records/find-images.ts';
import type { ImageStatus } from '../../records/image-record.ts';

/**
 * What a query asks for, as the parser has understood it. Each node is true or false of an image; labels, texts and
 * similar images also give it a score in [0, 1], by which answers are sorted.
 */
export type Query =
  | { readonly kind: 'every-image' }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Query[] }
  | { readonly kind: 'not'; readonly of: Query }
  | LabelCondition
  | TextCondition
  | SimilarCondition
  | FilterCondition;

/** True of an image that carries one of the terms with a score in this range; its best one is the score. */
export interface LabelCondition {
  readonly kind: 'label';
  readonly terms: readonly LabelTerm[];
  /** In [0, 1]. */
  readonly minimumScore: number;
  /** In [0, 1]. @default 1 */
  readonly maximumScore?: number | undefined;
}

/** True of the images that are relevant to a text, which their whole collection decides. */
export interface TextCondition {
  readonly kind: 'text';
  /** `horse + stripes - zebra`: weights 1, 1 and -1. At least one, and one weight above 0. */
  readonly parts: readonly WeightedText[];
}

export interface WeightedText {
  readonly text: string;
  readonly weight: number;
}

/** True of the images that are as good as relevant to an image's own content, itself included. */
export interface SimilarCondition {
  readonly kind: 'similar';
  /** The bucket may be left out where there is one only. */
  readonly bucket?: string | undefined;
  readonly key: string;
}

/** True or false, with no score. */
export type FilterCondition =
  | { readonly kind: 'bucket'; readonly bucket: string }
  /** True of this image alone; queries that people write have no word for it. */
  | { readonly kind: 'image'; readonly bucket: string; readonly key: string }
  | { readonly kind: 'prefix'; readonly prefix: string }
  | { readonly kind: 'status'; readonly status: ImageStatus }
  | { readonly kind: 'camera'; readonly camera: string }
  /** From `from` up to, and without, `to`; milliseconds since 1970, as `imageTime` (image-time.ts) has them. */
  | { readonly kind: 'time'; readonly from?: number | undefined; readonly to?: number | undefined }
  /** Pixels, or bytes. Bounds that are not inclusive were moved by the parser. */
  | {
      readonly kind: 'pixels' | 'bytes';
      readonly minimum?: number | undefined;
      readonly maximum?: number | undefined;
    }
  /** Within a distance of a place, in kilometres. */
  | {
      readonly kind: 'near';
      readonly latitude: number;
      readonly longitude: number;
      readonly kilometres: number;
    };
