/**
 * A label set as its author writes it, in YAML, JSON or code: named candidate labels and how they are judged.
 *
 * @example
 * const weather = { name: 'weather', version: 1, mode: 'exclusive', labels: ['sunny sky', 'rain', 'snow'] };
 */
export interface LabelSetInput {
  /** 1 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit first. */
  readonly name: string;
  /** Tells this version from the next: any text or number. */
  readonly version: string | number;
  readonly description?: string | undefined;
  /** `exclusive`: the labels share one softmax. `independent`: each label by itself against the contrast prompts. */
  readonly mode: 'exclusive' | 'independent';
  /** Templates that come with Cliptag, by their name, in place of `promptTemplates`. */
  readonly prompts?: 'photo' | 'drawing' | 'product' | 'any' | undefined;
  /** Sentences with the slot `{label}`, at least one. @default ['a photo of a {label}'] */
  readonly promptTemplates?: readonly string[] | undefined;
  /** At least one; a text is a label with that name. */
  readonly labels: ReadonlyArray<string | LabelInput>;
  /** `exclusive` only: prompts of the label "none of these", which takes part in the softmax but never becomes a tag. */
  readonly noneOfThese?: readonly string[] | undefined;
  /** `independent` only: what each label is weighed against. @default a few that fit any photograph */
  readonly contrastPrompts?: readonly string[] | undefined;
  /** Maximum number of tags per image, from 1 to 100. @default 5 */
  readonly topK?: number | undefined;
  /** Lowest score of a tag, from 0 to 1. @default 0.2 */
  readonly minimumScore?: number | undefined;
  /** The uploads it is for in a deployment; tagging from code applies every label set that it is given. @default all */
  readonly appliesTo?:
    | ReadonlyArray<{ readonly bucket?: string | undefined; readonly prefix?: string | undefined }>
    | undefined;
  /**
   * By model digest, what `cliptag labels calibrate` and `cliptag labels learn` have found with that model, as they write it
   * into `fits` of `NAME.fits.json`. A label set in a file gets it from there. @default scores come from the words alone
   */
  readonly fits?: Readonly<Record<string, LabelSetFitInput>> | undefined;
}

export interface LabelInput {
  /** The word that tags carry, in one spelling: straight quotes, letters of usual width, composed accents, single spaces. */
  readonly name: string;
  /** Other words for the same thing: their prompts join the label's. */
  readonly synonyms?: readonly string[] | undefined;
  /** The broader label that this one implies, e.g. `dog` → `animal`. */
  readonly parent?: string | undefined;
  /** Whole prompts in place of the label set's templates. */
  readonly prompts?: readonly string[] | undefined;
  /** Lowest score of a tag with this label, from 0 to 1. @default the label set's minimumScore */
  readonly threshold?: number | undefined;
}

/** Slope and offset of a logit: logit = slope × cosine + offset; the slope is at least 0. */
export interface LogitLineInput {
  readonly slope: number;
  readonly offset: number;
}

/** What was fitted to a label set with one model. */
export interface LabelSetFitInput {
  /** Counts the fits, from 1. */
  readonly version: number;
  /** ISO 8601. */
  readonly fittedAt: string;
  /** By label name. A label without one is scored by its words. */
  readonly labels: Readonly<Record<string, LabelFitInput>>;
  /** `exclusive` only: logit of "unknown", which competes with the labels and is never shown. @default none */
  readonly unknownLogit?: number | undefined;
  /** `exclusive` only: line of "none of these". @default as of a label without a fit */
  readonly noneOfThese?: (LogitLineInput & { readonly promptsDigest?: string | undefined }) | undefined;
}

/** What was fitted to one label with one model. */
export interface LabelFitInput extends LogitLineInput {
  /** Digest of the prompts that it was fitted to: with other prompts it is left out. */
  readonly promptsDigest: string;
  /** Cosines of pictures without the label. */
  readonly null?: { readonly mean: number; readonly deviation: number; readonly images: number } | undefined;
  /** Direction that was learned, as float16, little-endian, base64. @default that of the prompts */
  readonly direction?: string | undefined;
  /** Probabilities by logit, neither descending. @default the logistic function, or the share of the softmax */
  readonly curve?: ReadonlyArray<readonly [logit: number, probability: number]> | undefined;
  /** Lowest score of a tag, unless the label has a threshold of its own. @default the label set's minimumScore */
  readonly threshold?: number | undefined;
  /** Pictures that it was fitted to. */
  readonly examples?:
    | { readonly positive: readonly string[]; readonly negative: readonly string[] }
    | undefined;
}
