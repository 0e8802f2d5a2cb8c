import { InvalidInput } from '../core/errors.ts';
import { EXIF_CHOICES, type ExifChoice } from '../core/formats/exif/exif-choice.ts';
import { embeddingFromBytes } from '../core/labels/embedding.ts';
import { checkSize, DEFAULT_MAXIMUM_BYTES } from '../core/objects/object.ts';
import { describeImage, type ImageReader } from '../core/tagging/describe-image.ts';
import { givenLabelSets } from './given-label-sets.ts';
import type { LabelSetInput } from './label-set-input.ts';
import type { ModelParts } from './model-parts.ts';
import type { TaggedImage } from './tagged-image.ts';

export { CliptagError, ImageFault, InvalidInput } from '../core/errors.ts';
export type {
  LabelFitInput,
  LabelInput,
  LabelSetFitInput,
  LabelSetInput,
  LogitLineInput,
} from './label-set-input.ts';
export type { ImageTag, TaggedImage } from './tagged-image.ts';

export interface TaggerOptions {
  /**
   * Label sets: paths of files (.yaml, .yml, .json) and of folders of such files, and label sets written in code.
   * @default the general label set that comes with Cliptag: 640 things that photographs show
   */
  readonly labelSets?: ReadonlyArray<string | LabelSetInput> | undefined;
  /**
   * Labels, with no label set: words, such as `cat`, and whole phrases, such as `a drawing of a cat`. Their tags are of the set
   * `ad-hoc`. They take the place of the general label set, and stand beside `labelSets`.
   */
  readonly labels?: readonly string[] | undefined;
  /** Whether one of `labels` at most is right, or any number may be. @default false */
  readonly exclusive?: boolean | undefined;
  /**
   * A model's name, as `cliptag models list` prints it, or its folder.
   * @default embedded: the small one that comes with Cliptag
   */
  readonly model?: string | undefined;
  /**
   * Folder for compiled label sets, so that the next start is quick. The default label set with the default model
   * needs none.
   * @default `cliptag/classifiers` in the user's cache folder
   */
  readonly classifierFolder?: string | undefined;
  /** What is said of a picture's EXIF: `all`, `without-place` or `none`. @default all */
  readonly exif?: ExifChoice | undefined;
  /** Larger images are refused, in bytes. @default 50 MiB */
  readonly maximumBytes?: number | undefined;
  /** Told what does not keep it from tagging, e.g. that a compiled label set cannot be stored. @default nobody is */
  readonly warn?: ((message: string) => void) | undefined;
}

export interface Tagger extends AsyncDisposable {
  /** Name of the model. */
  readonly model: string;
  /** Embeddings may be compared if, and only if, these are equal. */
  readonly modelDigest: string;
  /**
   * Tags an image. Several calls at once are worked on together, a few images at a time, and are faster than one after
   * the other.
   *
   * @param bytes the file: JPEG, PNG, WebP, AVIF, HEIC, JPEG XL, GIF, TIFF or SVG; a `Buffer` is a `Uint8Array`
   * @throws {ImageFault} when nothing can be said of the image; its `code` and `status` say why
   * @throws {CliptagError} whose `retryable` is true when the machine was short of time or memory
   */
  tag(bytes: Uint8Array): Promise<TaggedImage>;
  /** Finishes what is under way and frees the model's memory. The process then ends by itself. */
  close(): Promise<void>;
}

/**
 * Opens what tags images on this machine: model, label sets and decoder, once for any number of images. No network.
 *
 * Images are decoded by sharp, whose process-wide settings it changes: no cache, one thread for each picture, and no SVG
 * in this process (a drawing, a HEIC and a JPEG XL are decoded in a process of their own).
 *
 * @example
 * import { readFile } from 'node:fs/promises';
 * import { openTagger } from 'cliptag/tagger';
 *
 * const tagger = await openTagger({ labelSets: ['labels.yaml'] });
 * const { tags } = await tagger.tag(await readFile('photo.jpg'));
 * await tagger.close();
 *
 * @example Many images, where the language has `await using`
 * await using tagger = await openTagger();
 * const results = await Promise.allSettled(paths.map(async (path) => tagger.tag(await readFile(path))));
 *
 * @throws {InvalidInput} with every fault of the label sets
 * @throws {CliptagError} `no-model` or `no-tokenizer` when the model is not there
 */
export async function openTagger(options: TaggerOptions = {}): Promise<Tagger> {
  checkOptions(options);
  const { model, classifierFolder, warn = () => {} } = options;
  const labelSets = await givenLabelSets(options);
  // Native libraries are loaded only now: an import costs nothing, and faults of the label sets are told at once.
  const { openModel } = await import('./model-parts.ts');
  const parts = await openModel(model, classifierFolder);
  try {
    const [classifiers, reader] = await Promise.all([
      parts.classifiersOf(labelSets, warn),
      parts.imageReader(options.exif),
    ]);
    const maximumBytes = options.maximumBytes ?? DEFAULT_MAXIMUM_BYTES;
    return closable(parts, (bytes) => taggedImage(bytes, reader, classifiers, maximumBytes));
  } catch (error) {
    await parts.close();
    throw error;
  }
}

interface OptionRule {
  readonly expected: string;
  readonly accepts: (value: unknown) => boolean;
}

const isTexts = (value: unknown) => Array.isArray(value) && value.every((one) => typeof one === 'string');
const isText = (value: unknown) => typeof value === 'string' && value !== '';

const OPTION_RULES: { readonly [Name in keyof TaggerOptions]-?: OptionRule } = {
  labelSets: { expected: 'an array of label sets', accepts: Array.isArray },
  labels: { expected: 'an array of texts', accepts: isTexts },
  exclusive: { expected: 'true or false', accepts: (value) => typeof value === 'boolean' },
  model: { expected: 'the name or folder of a model', accepts: isText },
  classifierFolder: { expected: 'the path of a folder', accepts: isText },
  exif: {
    expected: `one of ${EXIF_CHOICES.join(', ')}`,
    accepts: (value) => EXIF_CHOICES.some((choice) => choice === value),
  },
  maximumBytes: {
    expected: 'a whole number of at least 1',
    accepts: (value) => Number.isSafeInteger(value) && Number(value) >= 1,
  },
  warn: { expected: 'a function', accepts: (value) => typeof value === 'function' },
};

/** Programs without types would otherwise fail later, at a place that says nothing of the option. */
function checkOptions(options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidInput('The tagger cannot be opened', [
      `Expected an object of options but received ${kindOf(options)}`,
    ]);
  }
  const rules = new Map<string, OptionRule>(Object.entries(OPTION_RULES));
  const faults = Object.entries(options).flatMap(([name, value]) => {
    const rule = rules.get(name);
    if (!rule) return [`${name}: Expected one of the options ${[...rules.keys()].join(', ')}`];
    return value === undefined || rule.accepts(value)
      ? []
      : [`${name}: Expected ${rule.expected} but received ${kindOf(value)}`];
  });
  const { labels, exclusive } = options as TaggerOptions;
  if (exclusive !== undefined && labels === undefined) {
    faults.push('exclusive: Expected it beside labels; a label set has its mode');
  }
  if (faults.length > 0) throw new InvalidInput('The tagger cannot be opened', faults);
}

/** What a value is, in a few words: `null`, `number 3`, `string "x"`, `ArrayBuffer`. */
function kindOf(value: unknown): string {
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  const isShort = typeof value === 'number' || (typeof value === 'string' && value.length < 100);
  return isShort ? `${typeof value} ${JSON.stringify(value)}` : String(value === null ? value : typeof value);
}

async function taggedImage(
  bytes: Uint8Array,
  reader: ImageReader,
  classifiers: Parameters<typeof describeImage>[2],
  maximumBytes: number,
): Promise<TaggedImage> {
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(`Expected the bytes of an image (Uint8Array) but received ${kindOf(bytes)}`);
  }
  checkSize(bytes.length, maximumBytes);
  const {
    status: _status,
    labelSets: _labelSets,
    embedding,
    ...described
  } = await describeImage(bytes, reader, classifiers);
  return { ...described, embedding: embeddingFromBytes(embedding, described.modelDigest).values };
}

function closable(parts: ModelParts, tag: Tagger['tag']): Tagger {
  const underWay = new Set<Promise<TaggedImage>>();
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= Promise.allSettled(underWay).then(parts.close);
    return closing;
  };
  return {
    ...parts.identity,
    tag: async (bytes) => {
      if (closing) throw new Error('Expected an open tagger but it was closed');
      const tagging = tag(bytes);
      underWay.add(tagging);
      return tagging.finally(() => underWay.delete(tagging));
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
