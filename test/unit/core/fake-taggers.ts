import { ImageFault } from '../../../functions/core/errors.ts';
import { type Classifier, compileClassifier } from '../../../functions/core/labels/classifier.ts';
import {
  type Embedding,
  embeddingFromBytes,
  embeddingToBytes,
  normalised,
} from '../../../functions/core/labels/embedding.ts';
import { appliesTo, parseLabelSet } from '../../../functions/core/labels/label-set.ts';
import { type Tag, tagsFor } from '../../../functions/core/labels/scores.ts';
import type { PixelDecoder } from '../../../functions/core/pixels/pixels.ts';
import type { LabelTerm } from '../../../functions/core/records/find-images.ts';
import type { ScannableTable } from '../../../functions/core/records/tag-table.ts';
import type { Retagger } from '../../../functions/core/retag/retagger.ts';
import type { BatchedEncoder } from '../../../functions/core/tagging/micro-batch.ts';
import type { Tagger } from '../../../functions/core/tagging/tag-image.ts';

/**
 * What images can show, as cosines with the labels "cat", "dog" and "bird". Contents share tags with the same score
 * (cat in 0 and 1), with another score (cat in 2), and not at all; the score of one label depends on no other.
 */
const CONTENTS: readonly (readonly [number, number, number])[] = [
  [0.5, 0, 0],
  [0.5, 0.5, 0],
  [0.25, 0.5, 0],
  [0, 0, 0.5],
  [0, 0, 0],
];
/** Contents that are no image: bytes that cannot be decoded, and no bytes at all. */
const BROKEN_CONTENT = CONTENTS.length;
const EMPTY_CONTENT = CONTENTS.length + 1;
export const CONTENT_COUNT = CONTENTS.length + 2;

export function bytesOfContent(content: number): Uint8Array {
  return content === EMPTY_CONTENT ? new Uint8Array() : Uint8Array.of(content);
}

export type TaggerName = 'first' | 'relabelled' | 'second';
export const TAGGER_NAMES: readonly TaggerName[] = ['first', 'relabelled', 'second'];

/** Every label that any of the taggers can give. */
export const EVERY_LABEL: readonly LabelTerm[] = [
  ...['cat', 'dog', 'bird', 'pet'].map((label) => ({ set: 'things', label })),
  ...['indoor', 'outdoor'].map((label) => ({ set: 'places', label })),
];

const AXES = ['cat', 'dog', 'bird', 'anything', 'nothing'];
const SYNONYMS: Readonly<Record<string, string>> = { indoor: 'cat', outdoor: 'bird' };

const things = (value: object) =>
  parseLabelSet(
    {
      name: 'things',
      mode: 'independent',
      promptTemplates: ['{label}'],
      contrastPrompts: ['nothing'],
      ...value,
    },
    'things',
  );
const THINGS_1 = things({ version: 1, labels: ['cat', 'dog', 'bird'], minimumScore: 0.6 });
const THINGS_2 = things({
  version: 2,
  labels: [{ name: 'cat', parent: 'pet' }, { name: 'dog', parent: 'pet' }, 'bird'],
  minimumScore: 0.8,
  topK: 2,
});
const PLACES = parseLabelSet(
  {
    name: 'places',
    version: 1,
    mode: 'exclusive',
    promptTemplates: ['{label}'],
    labels: ['indoor', 'outdoor'],
    noneOfThese: ['nothing'],
    appliesTo: [{ prefix: 'trips/' }],
  },
  'places',
);

/** The second model turns the labels round, so that both models give some tags with the same score. */
const MODELS: Readonly<Record<TaggerName, { digest: string; turn: number }>> = {
  first: { digest: 'model-a', turn: 0 },
  relabelled: { digest: 'model-a', turn: 0 },
  second: { digest: 'model-b', turn: 1 },
};

const CLASSIFIERS: Readonly<Record<TaggerName, readonly Classifier[]>> = {
  first: await classifiersOf('model-a', [THINGS_1, PLACES]),
  relabelled: await classifiersOf('model-a', [THINGS_2]),
  second: await classifiersOf('model-b', [THINGS_1, PLACES]),
};

function classifiersOf(modelDigest: string, labelSets: readonly (typeof THINGS_1)[]): Promise<Classifier[]> {
  const encode = async (texts: readonly string[]) =>
    texts.map((text) => ({
      modelDigest,
      values: Float32Array.from(AXES, (axis) => Number(axis === (SYNONYMS[text] ?? text))),
    }));
  return Promise.all(
    labelSets.map((labelSet) => compileClassifier(labelSet, { modelDigest, logitScale: 4, encode })),
  );
}

function embeddingOf(content: number, tagger: TaggerName): Embedding {
  const { digest, turn } = MODELS[tagger];
  const cosines = CONTENTS[content] ?? [0, 0, 0];
  const turned = cosines.map((_, i) => cosines[(i + turn) % cosines.length] ?? 0);
  const rest = Math.sqrt(1 - turned.reduce((sum, value) => sum + value * value, 0));
  const exact = { modelDigest: digest, values: normalised([...turned, rest, 0]) };
  // As it is stored: the tagger scores the stored embedding.
  return embeddingFromBytes(embeddingToBytes(exact), digest);
}

/** What a tagger makes of an image with this content, computed from its parts and without a table. */
export function expectedOutcome(
  tagger: TaggerName,
  object: { bucket: string; key: string },
  content: number | undefined,
): { status: string; tags: readonly Tag[]; modelDigest?: string } {
  if (content === undefined) return { status: 'deleted', tags: [] };
  if (content >= CONTENTS.length) return { status: 'failed', tags: [] };
  const applied = CLASSIFIERS[tagger].filter(({ labelSet }) => appliesTo(labelSet, object));
  const tags = applied.flatMap((classifier) => tagsFor(embeddingOf(content, tagger), classifier));
  return { status: 'tagged', tags, modelDigest: MODELS[tagger].digest };
}

const decoder: PixelDecoder = {
  async decode(data, _spec, { thumbnail = false } = {}) {
    if (data[0] === BROKEN_CONTENT) throw new ImageFault('failed', 'corrupt', 'Expected an image');
    const pixels = { size: 1, data, width: 10, height: 20, format: 'jpeg' };
    return thumbnail ? { ...pixels, thumbnail: { webp: data } } : pixels;
  },
};

function encoderOf(tagger: TaggerName): BatchedEncoder {
  return {
    modelDigest: MODELS[tagger].digest,
    pixelSpec: { size: 1, resize: 'bicubic' },
    encode: async (pixels) => embeddingOf((await pixels).data[0] ?? 0, tagger),
  };
}

/** A retagger with the model and label sets of a tagger. */
export function fakeRetagger(name: TaggerName, table: ScannableTable): Retagger {
  return {
    table,
    modelDigest: MODELS[name].digest,
    classifiers: CLASSIFIERS[name],
    now: () => new Date(0),
  };
}

export function fakeTagger(
  name: TaggerName,
  { objects, table, thumbnails }: Pick<Tagger, 'objects' | 'table' | 'thumbnails'>,
): Tagger {
  return {
    objects,
    table,
    thumbnails,
    decoder,
    encoder: encoderOf(name),
    classifiers: CLASSIFIERS[name],
    maximumBytes: 1_000_000,
    now: () => new Date(0),
  };
}
