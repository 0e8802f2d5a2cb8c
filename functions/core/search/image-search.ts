import type { ImageRecord } from '../records/image-record.ts';
import type { LabelCount } from './image-collection.ts';

/** How an answer is sorted. `best`: by score, then newest. `newest`, `oldest`: by the time of exposure. `name`: by key. */
export type SearchOrder = 'best' | 'newest' | 'oldest' | 'name';

export interface SearchRequest {
  /** In the query language (docs/search.md); empty asks for every image. */
  readonly query: string;
  /** @default best where the query gives scores, else newest */
  readonly order?: SearchOrder | undefined;
  /** 1 to {@link MAXIMUM_PAGE_SIZE}. */
  readonly limit: number;
  /** Of the page before. */
  readonly cursor?: string | undefined;
  /** Whether images that are not relevant to a text follow the relevant ones. @default false */
  readonly isAll?: boolean | undefined;
  /** Whether labels are counted over the whole answer. @default false */
  readonly wantsFacets?: boolean | undefined;
}

export const MAXIMUM_PAGE_SIZE = 500;

/** An image of an answer: its record as it stands, without the embedding. */
export interface SearchedImage
  extends Pick<
    ImageRecord,
    | 'bucket'
    | 'key'
    | 'status'
    | 'reason'
    | 'reasonCode'
    | 'eTag'
    | 'sizeBytes'
    | 'width'
    | 'height'
    | 'format'
    | 'tags'
    | 'unknown'
    | 'corrections'
    | 'modelDigest'
    | 'recordedAt'
    | 'takenAt'
    | 'camera'
    | 'latitude'
    | 'longitude'
    | 'colour'
  > {
  /** In [0, 1]; none where the query gives none. */
  readonly score?: number | undefined;
  /** Whether it is beyond the relevant ones, as `isAll` shows them. */
  readonly isBeyond?: boolean | undefined;
}

export interface SearchAnswer {
  /** The query as it was understood, in the query language. */
  readonly understood: string;
  readonly images: readonly SearchedImage[];
  /** Images that fit, as the collection in memory has them; those beyond the relevant ones are none of them. */
  readonly total: number;
  /** Images beyond the relevant ones, which `isAll` shows after them; none where the query has no text or similar image. */
  readonly beyond?: number | undefined;
  /** How many labels the images that fit carry; most frequent first. */
  readonly facets?: readonly LabelCount[] | undefined;
  /** Of the next page; none after the last one. */
  readonly cursor?: string | undefined;
}

/** `photo`: the same photograph, perhaps smaller or compressed anew. `scene`: photographs of the same scene. */
export type DuplicateKind = 'photo' | 'scene';

export interface DuplicateGroup {
  readonly kind: DuplicateKind;
  /** The best one first: corrected by a person, then most pixels, then largest file, then sharpest. */
  readonly images: readonly SearchedImage[];
}

export interface DuplicatesRequest {
  readonly kind: DuplicateKind;
  /** Only among the images that fit. @default all */
  readonly query?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

export interface DuplicatesAnswer {
  readonly groups: readonly DuplicateGroup[];
  /** Of all groups. */
  readonly total: number;
  readonly cursor?: string | undefined;
}

export interface SimilarRequest {
  /** An image of the table, or the unit embedding of a picture from elsewhere. */
  readonly to: { readonly bucket: string; readonly key: string } | { readonly embedding: Float32Array };
  /** Only among the images that fit. @default all */
  readonly query?: string | undefined;
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly isAll?: boolean | undefined;
}

/** Finds images: what command line, API and page ask, wherever the pipeline runs. */
export interface ImageSearch {
  /** @throws {InvalidQuery} pointing at the column */
  search(request: SearchRequest): Promise<SearchAnswer>;
  similar(request: SimilarRequest): Promise<SearchAnswer>;
  duplicates(request: DuplicatesRequest): Promise<DuplicatesAnswer>;
  /** Labels with the number of images that carry them, most frequent first. */
  labelCounts(): Promise<readonly LabelCount[]>;
}
