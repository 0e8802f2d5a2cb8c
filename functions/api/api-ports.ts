import type { ImageExplanation } from '../core/explanation/explained-image.ts';
import type { ObjectReference } from '../core/objects/object.ts';
import type { NamedCorrections } from '../core/records/named-corrections.ts';
import type { ImageSearch, SearchedImage } from '../core/search/image-search.ts';
import type {
  ImageName,
  LabelSetPreviewRequest,
  LabelSetRequest,
  LabelSetsAnswer,
  LearningAnswer,
  LearningRequest,
  StatusAnswer,
  UploadAnswer,
  UploadRequest,
} from './contract.ts';

/** An image as its record has it; the state of its object orders and names what is made of it. */
export type KnownImage = SearchedImage & Partial<Pick<ObjectReference, 'sequencer' | 'versionId'>>;

/**
 * What the API asks of the pipeline that it stands before. Where a deployment leaves a port out, its route is no part of
 * the document, and answers 404 with the code `not-offered`.
 */
export interface ApiPorts {
  readonly search: ImageSearch;
  /** An image's record as it stands; undefined where there is none. */
  image(name: ImageName): Promise<KnownImage | undefined>;
  /**
   * Unit embedding of a picture from elsewhere, by the pipeline's model.
   *
   * @throws {ImageFault} for what is no picture
   */
  embed?(picture: Uint8Array): Promise<Float32Array>;
  /**
   * The image as it stands after the corrections.
   *
   * @throws {InvalidInput} for labels that no label set knows
   */
  correct?(image: ImageName, names: NamedCorrections): Promise<SearchedImage>;
  /**
   * Why an image carries labels, and why it does not carry others.
   *
   * @param label as people write it. @default those that it carries, and the best of the others
   * @throws {InvalidInput} for a label that no label set knows
   */
  why?(image: ImageName, label?: string): Promise<ImageExplanation>;
  /** Has an image that the table knows worked on anew. */
  retry?(image: KnownImage): Promise<void>;
  /** The key of the answer is the one that was asked for, or one like it where that is taken. */
  startUpload?(request: UploadRequest & { readonly bucket: string }): Promise<UploadAnswer>;
  /** Undefined where there is none. */
  thumbnail?(image: KnownImage): Promise<Picture | undefined>;
  /** Undefined where the object is gone. */
  original?(image: KnownImage): Promise<Picture | undefined>;
  status?(): Promise<StatusAnswer>;
  labelSets?(): Promise<LabelSetsAnswer>;
  /**
   * Resolves once it is in use.
   *
   * @throws {InvalidInput} for labels that cannot be used
   */
  saveLabelSet?(request: LabelSetRequest): Promise<LabelSetsAnswer>;
  deleteLabelSet?(name: string): Promise<LabelSetsAnswer>;
  /** @throws {InvalidInput} for labels that cannot be used */
  previewLabelSet?(request: LabelSetPreviewRequest): Promise<LabelSetPreviewed>;
  /**
   * Learns a label from stored images, and has it in use where it is taken.
   *
   * @throws {InvalidInput} for examples that are none, or are given as both
   */
  learnLabel?(request: LearningRequest): Promise<LearnedFromImages>;
  /** Begins to give pictures that have tags of other label sets those of the label sets in use. */
  retag?(): Promise<LabelSetsAnswer>;
}

/** What came of learning a label. */
export interface LearnedFromImages extends Omit<LearningAnswer, 'finds'> {
  readonly finds: ReadonlyArray<{
    readonly image: SearchedImage;
    readonly score: number;
    readonly isTag: boolean;
  }>;
}

/** What pictures the labels of a label set would be given to. */
export interface LabelSetPreviewed {
  readonly labels: ReadonlyArray<{
    readonly label: string;
    readonly count: number;
    /** The best ones, with their scores. */
    readonly images: readonly SearchedImage[];
  }>;
  /** Images that were compared. */
  readonly total: number;
  readonly minimumScore: number;
}

/** A picture, or where it is. */
export type Picture = PictureBody | PictureAddress;

export interface PictureBody {
  readonly body: Uint8Array<ArrayBuffer> | ReadableStream<Uint8Array>;
  readonly mediaType: string;
  readonly sizeBytes?: number | undefined;
}

/** A presigned address: whoever has it reads that one object. */
export interface PictureAddress {
  readonly address: string;
  /** For how long it leads there, at least. */
  readonly lifetimeSeconds: number;
}

/** Which objects the API may tell of and lead to. Empty lists stand for all. */
export interface ApiScope {
  readonly buckets: readonly string[];
  /** How keys begin. */
  readonly prefixes: readonly string[];
}

export interface ApiSettings {
  readonly scope: ApiScope;
  /** The bucket of uploads that name none. @default the first one of the scope; else an upload must name it */
  readonly uploadBucket?: string | undefined;
  /** The model of the pipeline: images of another one are marked. */
  readonly modelDigest?: string | undefined;
  /** The largest picture that `POST /similar` takes, in bytes. */
  readonly maximumPictureBytes: number;
  /** Called with faults of the API itself, which its answers say nothing of. */
  readonly report: (error: unknown, request: { readonly method: string; readonly path: string }) => void;
}
