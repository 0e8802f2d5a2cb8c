/** What goes over the API, as its contract has it (functions/api/contract.ts), in types that need no package. */

export type ImageStatus = 'tagged' | 'unsupported' | 'failed' | 'deleted';

export interface ImageName {
  readonly bucket: string;
  readonly key: string;
}

export interface Label {
  /** Name of the label set. */
  readonly set: string;
  readonly label: string;
}

export interface Tag extends Label {
  /** In [0, 1]. */
  readonly score: number;
}

export interface LabelCount extends Label {
  /** How many images carry it. */
  readonly count: number;
}

/** What a person has said about a label of an image; it wins over what the model says. */
export interface Correction extends Label {
  readonly isThere: boolean;
  /** ISO 8601. */
  readonly correctedAt: string;
  /** Score of the model's own tag, where it gives one. */
  readonly modelScore?: number | undefined;
  /** Whether an added label implies this broader one. */
  readonly isImplied?: boolean | undefined;
}

export interface Image extends ImageName {
  readonly status: ImageStatus;
  /** Why it has no tags, as a sentence and as a code (docs/error-codes.md). */
  readonly reason?: string | undefined;
  readonly reasonCode?: string | undefined;
  /** How well it fits, in [0, 1]; none where the query gives none. */
  readonly score?: number | undefined;
  /** Whether it is beyond the relevant ones, as `all` shows them. */
  readonly isBeyond?: boolean | undefined;
  readonly eTag?: string | undefined;
  readonly sizeBytes?: number | undefined;
  /** Upright, in pixels. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
  /** By the file's content: `jpeg`, `nef`. */
  readonly format?: string | undefined;
  readonly tags: readonly Tag[];
  /** Label sets that say "unknown": none of their labels fits. */
  readonly unknown?: readonly string[] | undefined;
  readonly corrections?: readonly Correction[] | undefined;
  readonly modelDigest?: string | undefined;
  /** Whether its tags are of another model than the pipeline's, so that scores do not compare. */
  readonly isOfOtherModel?: boolean | undefined;
  /** ISO 8601. */
  readonly recordedAt: string;
  /** Time of exposure as the camera's clock had it, ISO 8601. */
  readonly takenAt?: string | undefined;
  readonly camera?: string | undefined;
  /** Degrees. */
  readonly latitude?: number | undefined;
  readonly longitude?: number | undefined;
  /** Mean colour, `#rrggbb`. */
  readonly colour?: string | undefined;
}

/** A page of images. */
export interface ImagePage {
  /** The query as it was understood, in the query language. */
  readonly understood: string;
  readonly images: readonly Image[];
  /** Images that fit, on all pages; those beyond the relevant ones are none of them. */
  readonly total: number;
  /** Images beyond the relevant ones, which `all` shows after them; none where the query has no text or similar image. */
  readonly beyond?: number | undefined;
  /** How many labels the images that fit carry, where they were asked for; the most frequent first. */
  readonly facets?: readonly LabelCount[] | undefined;
  /** Asks for the next page; none on the last one. */
  readonly cursor?: string | undefined;
}

/** `photo`: the same photograph, perhaps smaller or compressed anew. `scene`: photographs of the same scene. */
export type DuplicateKind = 'photo' | 'scene';

export interface DuplicatePage {
  /** Groups of images that are alike; the best one first. */
  readonly groups: ReadonlyArray<{ readonly kind: DuplicateKind; readonly images: readonly Image[] }>;
  /** Of all groups. */
  readonly total: number;
  readonly cursor?: string | undefined;
}

/** Numbers of a moment, approximately. */
export interface PipelineStatus {
  readonly queue: { readonly visible: number; readonly inFlight: number };
  readonly deadLetters: number;
  readonly images: Readonly<Record<ImageStatus, number>>;
  readonly imagesPerSecond?: number | undefined;
  /** Where the buckets are, of a pipeline on one machine. */
  readonly s3Endpoint?: string | undefined;
}

/** Where one upload is sent to: a form with these fields, and after them the file as `file`. */
export interface StartedUpload extends ImageName {
  readonly url: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** `exclusive`: one of the labels at most is right. `independent`: any of them. */
export type LabelMode = 'exclusive' | 'independent';

/** A label set in use. */
export interface LabelSetInUse {
  readonly name: string;
  readonly version: string;
  readonly mode: LabelMode;
  /** Names, in the order of the file. */
  readonly labels: readonly string[];
  readonly minimumScore: number;
  /** Of all that its tags depend on, with the pipeline's model. */
  readonly digest: string;
  readonly path?: string | undefined;
  /** Whether it was written over the API, and may be changed so. */
  readonly isOwn: boolean;
}

export interface LabelSets {
  readonly labelSets: readonly LabelSetInUse[];
  /** Tagged pictures whose tags come from other label sets; told on one machine. */
  readonly others?: number | undefined;
  /** What changed last, in words, while pictures have tags of before. */
  readonly changes: readonly string[];
  /** Why changed files are not in use. */
  readonly faults: readonly string[];
  /** The retag that was ordered over the API last. */
  readonly retag?:
    | {
        readonly state: 'running' | 'done' | 'failed';
        /** Pictures that have been compared so far. */
        readonly images: number;
        /** Pictures that got other tags. */
        readonly changed?: number | undefined;
        readonly fault?: string | undefined;
      }
    | undefined;
  /** Whether label sets may be written over the API. */
  readonly canWrite: boolean;
}

/** Labels that are only named: words, such as `cat`, and phrases, such as `a drawing of a cat`. */
export interface TypedLabels {
  readonly mode: LabelMode;
  readonly labels: readonly string[];
  /** Lowest score of a tag, in [0, 1]. @default 0.75, or 0.7 where one label at most is right */
  readonly minimumScore?: number | undefined;
}

export interface LabelSetToSave extends TypedLabels {
  readonly name: string;
  /** Of the label set that it takes the place of, as it was read. @default it is a new one */
  readonly digest?: string | undefined;
}

export interface LabelSetToPreview extends TypedLabels {
  /** The most images of each label, 0 to 24. @default 6 */
  readonly images?: number | undefined;
}

export interface LabelToLearn {
  /** Name of a label set; one that is not there is made. */
  readonly set: string;
  readonly label: string;
  readonly positive: readonly ImageName[];
  readonly negative?: readonly ImageName[] | undefined;
  /** Only say what would come of it. @default false */
  readonly dryRun?: boolean | undefined;
  /** Take it even if it is no better than the words alone. @default false */
  readonly force?: boolean | undefined;
  /** Forget the examples of before. @default false */
  readonly replace?: boolean | undefined;
}

export interface LearnedLabel extends Label {
  readonly isNew: boolean;
  /** Examples, each picture once, with those of before. */
  readonly positive: number;
  readonly negative: number;
  readonly earlier: number;
  /** Share of other pictures that an example which was left out stands above. */
  readonly quality: {
    readonly learned: number;
    readonly words: number;
    readonly folds: number;
    readonly verdict: 'better' | 'no better' | 'unknown';
  };
  /** What it finds first that is no example, best first. */
  readonly finds: ReadonlyArray<{ readonly image: Image; readonly score: number; readonly isTag: boolean }>;
  readonly remarks: readonly string[];
  readonly isWritten: boolean;
  readonly version?: number | undefined;
}

export interface LabelSetPreview {
  readonly labels: ReadonlyArray<{
    readonly label: string;
    /** Images that would get it. */
    readonly count: number;
    /** The best ones with their scores, those below the minimum too. */
    readonly images: readonly Image[];
  }>;
  /** Images that were compared. */
  readonly total: number;
  readonly minimumScore: number;
}
