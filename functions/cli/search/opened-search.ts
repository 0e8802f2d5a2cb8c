import type {
  ImageSearch,
  SearchAnswer,
  SearchedImage,
  SimilarRequest,
} from '../../core/search/image-search.ts';

/** A search as the commands have it, wherever the pipeline runs. */
export interface OpenedSearch extends Pick<ImageSearch, 'search' | 'duplicates' | 'labelCounts'> {
  /** @param to an image of the table, or the bytes of a picture from elsewhere */
  similar(to: ImageName | Uint8Array, request: Omit<SimilarRequest, 'to'>): Promise<SearchAnswer>;
  /**
   * The bucket that is meant where none is named.
   *
   * @throws {UsageError} where there are several
   */
  bucketOf(named: string | undefined): string;
  /** A small version; undefined where the picture cannot be shown. */
  thumbnail(image: SearchedImage): Promise<SmallPicture | undefined>;
  /** Where the AWS CLI finds the buckets. @default where AWS has them */
  readonly s3Endpoint?: (() => Promise<string | undefined>) | undefined;
  /** The page that shows what is found. @default there is none */
  readonly page?: URL | undefined;
}

export interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

export interface SmallPicture {
  /** `image/webp`. */
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}
