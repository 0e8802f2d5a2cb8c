import { labelMatcher } from '../../core/evaluation/true-labels.ts';
import type { EmbeddingMatrix } from '../../core/labels/embedding-matrix.ts';
import { narrowerLabels } from '../../core/labels/label-names.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import type { KnownLabels, LabelledImages } from '../../core/labels/labelled-images.ts';
import type { ModelParts } from '../../tagger/model-parts.ts';
import { withProgress } from '../../terminal/progress.ts';
import { namedFault, severalAtOnce } from '../images/image-results.ts';
import { openPictureSet } from '../picture-sets/open-picture-set.ts';
import type { LabelledPicture, PictureSet, SplitChoice } from '../picture-sets/picture-set.ts';

/** Pictures of a folder or a manifest as examples, and what was left out of them. */
export interface LabelledPictures extends LabelledImages {
  readonly broken: ReadonlyArray<{ readonly path: string; readonly reason: string }>;
  /** Labels of the pictures that the label set does not know → pictures that have no other. */
  readonly unknown: ReadonlyMap<string, number>;
  readonly remarks: readonly string[];
}

export interface LabelledPicturesOptions extends SplitChoice {
  readonly labelSet: LabelSet;
  readonly model: Pick<ModelParts, 'identity' | 'imageReader'>;
}

/**
 * Embeds the pictures of `FOLDER/LABEL/…`, or of a manifest as `cliptag evaluate` takes it, by the code that tags, and says what is
 * known of their labels. Where a label set is concerned, these pictures are a closed world: a picture of `FOLDER/dog` is an
 * example of `dog` and its broader labels, and a counterexample of the folder's other labels but narrower ones of `dog`.
 *
 * @throws {UsageError} for a source without labelled pictures
 * @throws {InvalidInput} for a faulty manifest
 */
export async function labelledPictures(
  source: string,
  { labelSet, model, ...choice }: LabelledPicturesOptions,
): Promise<LabelledPictures> {
  const pictureSet = await openPictureSet(source, choice);
  try {
    const knownOf = knowledge(pictureSet, labelSet);
    const known = pictureSet.pictures.map((picture) => ({ picture, labels: knownOf(picture) }));
    const unknown = new Map<string, number>();
    for (const { picture, labels } of known) {
      const [label = ''] = picture.labels;
      if (!labels) unknown.set(label, (unknown.get(label) ?? 0) + 1);
    }
    const images = await embedded(
      known.flatMap(({ picture, labels }) => (labels ? [{ picture, labels }] : [])),
      model,
    );
    return { ...images, unknown, remarks: pictureSet.remarks };
  } finally {
    await pictureSet.close();
  }
}

interface KnownPicture {
  readonly picture: LabelledPicture;
  readonly labels: KnownLabels;
}

/** What a picture's words say of a label set's labels; undefined where it knows none of them. */
function knowledge(
  { labels: dataLabels }: PictureSet,
  labelSet: LabelSet,
): (picture: LabelledPicture) => KnownLabels | undefined {
  const match = labelMatcher(labelSet);
  const truths = new Map(dataLabels.map((data) => [data.label, match([data])]));
  const ofSource = new Set([...truths.values()].flatMap((truth) => truth?.label ?? []));
  const narrower = new Map([...ofSource].map((label) => [label, narrowerLabels(label, labelSet)]));
  return ({ labels }) => {
    const own = labels.flatMap((label) => truths.get(label) ?? match([{ word: label }]) ?? []);
    if (own.length === 0) return undefined;
    const positive = new Set(own.flatMap(({ tags }) => [...tags]));
    const open = new Set(own.flatMap(({ label }) => narrower.get(label) ?? narrowerLabels(label, labelSet)));
    const negative = new Set([...ofSource].filter((label) => !positive.has(label) && !open.has(label)));
    return { positive, negative };
  };
}

async function embedded(
  pictures: readonly KnownPicture[],
  { identity: { modelDigest }, imageReader }: LabelledPicturesOptions['model'],
): Promise<LabelledImages & Pick<LabelledPictures, 'broken'>> {
  const broken: { path: string; reason: string }[] = [];
  const found: KnownPicture[] = [];
  let values = new Float32Array();
  let size = 0;
  const keep = (one: KnownPicture, embedding: Float32Array) => {
    if (size === 0) {
      size = embedding.length;
      values = new Float32Array(pictures.length * size);
    }
    values.set(embedding, found.length * size);
    found.push(one);
  };
  if (pictures.length > 0) {
    const { decoder, encoder } = await imageReader();
    const embed = async (one: KnownPicture) => {
      try {
        const bytes = await one.picture.read();
        return { one, ...(await encoder.encode(decoder.decode(bytes, encoder.pixelSpec))) };
      } catch (error) {
        return { one, ...namedFault(error) };
      }
    };
    await withProgress(pictures.length, async ({ advance }) => {
      for await (const result of severalAtOnce(pictures, embed)) {
        if ('values' in result) keep(result.one, result.values);
        else broken.push({ path: result.one.picture.name, reason: result.reason });
        advance();
      }
    });
  }
  const { length: count } = found;
  const embeddings: EmbeddingMatrix = { modelDigest, count, size, values: values.subarray(0, count * size) };
  return {
    embeddings,
    names: found.map(({ picture }) => picture.name),
    known: found.map(({ labels }) => labels),
    broken,
  };
}
