import type { LabelTerm } from '../records/find-images.ts';
import type { ImageRecord, ImageStatus } from '../records/image-record.ts';

/**
 * All images of a table as far as queries compare them, in the memory of one process. A row is an image; rows stay where
 * they are until `version` changes. It is a hint, as label entries are: an answer comes from the image's own record.
 */
export interface ImageCollection {
  /** Rows, empty ones of images that are gone included. */
  readonly rowCount: number;
  /** Changes with every change of a row. */
  readonly version: number;
  /** Whether an image stands in the row. */
  isThere(row: number): boolean;
  bucketOf(row: number): string;
  keyOf(row: number): string;
  statusOf(row: number): ImageStatus;
  /** The row of an image; -1 when it is not there. */
  rowOf(image: { readonly bucket: string; readonly key: string }): number;
  /** A number for a label of a label set; `undefined` when no image has ever carried it. */
  labelNumber(term: LabelTerm): number | undefined;
  /** Every label that some image carries, with the number of images. */
  labelCounts(): readonly LabelCount[];
  /** Score of a label, in [0, 1]; -1 where the image does not carry it. */
  scoreOf(row: number, labelNumber: number): number;
  /** Calls `each` with the numbers of the row's labels. */
  forEachLabel(row: number, each: (labelNumber: number) => void): void;
  termOf(labelNumber: number): LabelTerm;
  /** As `imageTime` (image-time.ts) has it: by the camera's clock, or of arrival where there is none. */
  timeOf(row: number): number;
  /** Width × height; NaN where it is not known. */
  pixelsOf(row: number): number;
  bytesOf(row: number): number;
  /** `undefined` where it is not known. */
  cameraOf(row: number): string | undefined;
  /** Degrees; NaN where it is not known. */
  latitudeOf(row: number): number;
  longitudeOf(row: number): number;
  /** 64 bits as two halves of 32; `undefined` where it is not known. */
  hashOf(row: number): readonly [high: number, low: number] | undefined;
  /** Whether the row has an embedding of the model that the collection is of. */
  hasEmbedding(row: number): boolean;
  /** The embeddings' model. */
  readonly modelDigest: string;
  /**
   * Cosines of a unit vector with the embedding of every row, a little rounded (8 bits a dimension); NaN where there is none.
   *
   * @param vector shape [embedding size]
   */
  cosines(vector: Float32Array): Float32Array;
  /** Dimensions of the embeddings; `undefined` where there is none. */
  readonly embeddingSize: number | undefined;
  /** Cosine of the embeddings of two rows, a little rounded; NaN where one has none. */
  cosineOf(row: number, other: number): number;
}

export interface LabelCount extends LabelTerm {
  readonly count: number;
}

/** A collection that follows its table. */
export interface ChangingCollection extends ImageCollection {
  /** Takes over a record as it stands now; an older one than is there changes nothing. */
  take(record: CollectedRecord): void;
}

/** What a collection needs of a record. */
export type CollectedRecord = Pick<
  ImageRecord,
  | 'bucket'
  | 'key'
  | 'status'
  | 'sequencer'
  | 'revision'
  | 'tags'
  | 'width'
  | 'height'
  | 'sizeBytes'
  | 'modelDigest'
  | 'embedding'
  | 'recordedAt'
  | 'takenAt'
  | 'camera'
  | 'latitude'
  | 'longitude'
  | 'differenceHash'
> &
  Partial<Pick<ImageRecord, 'eventTime'>>;
