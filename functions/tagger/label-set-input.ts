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
