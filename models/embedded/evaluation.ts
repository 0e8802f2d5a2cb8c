import { readModel } from '../../functions/adapters/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../../functions/adapters/onnxruntime.ts';
import { type Classifier, compileClassifier } from '../../functions/core/classifier.ts';
import type { Embedding } from '../../functions/core/embedding.ts';
import { type Accuracy, accuracy, bestLabels, type TagQuality } from '../../functions/core/evaluation.ts';
import { type LabelSet, parseLabelSet } from '../../functions/core/label-set.ts';
import type { TextEncoder } from '../../functions/core/ports.ts';
import { embedPhotos } from './photo-embeddings.ts';
import { openPhotoSet, type Photo, type PhotoLabel, type PhotoSet } from './photo-set.ts';
import { evaluateTags } from './tag-evaluation.ts';

/** Labels with fewer pictures say little about a model: they are left out, and so are their pictures. */
const MINIMUM_PICTURES = 30;

export interface Evaluation {
  readonly model: { readonly name: string; readonly digest: string };
  readonly split: string;
  readonly labels: number;
  readonly all: Accuracy;
  /** Pictures of labels that the model was not trained on, among these labels alone. */
  readonly heldOut?: Accuracy & { readonly labels: number };
  /** Of the label set that was asked for, by its minimum score. */
  readonly tags?: { readonly labelSet: string; readonly quality: readonly TagQuality[] };
  readonly millisecondsPerPicture: number;
}

export interface EvaluationOptions {
  readonly manifestPath: string;
  readonly modelFolder: string;
  readonly split: string;
  readonly limit: number;
  readonly heldOut: readonly string[];
  readonly labelSet?: LabelSet | undefined;
  readonly report: (done: number, total: number) => void;
}

/** WebP bytes → pixels → embedding → ranked labels, for every picture of a split. */
export async function evaluate(options: EvaluationOptions): Promise<Evaluation> {
  const model = await readModel(options.modelFolder);
  const photoSet = await openPhotoSet(options.manifestPath);
  try {
    const labels = photoSet.labels.filter(({ train, test }) => train + test >= MINIMUM_PICTURES);
    const heldOut = labels.filter(({ label }) => options.heldOut.includes(label));
    const photos = photosOf(photoSet, labels, options);
    const textEncoder = onnxTextEncoder(model);
    const imageEncoder = await onnxImageEncoder(model);
    const began = performance.now();
    const embeddings = await embedPhotos(photos, photoSet, imageEncoder, options.report);
    const milliseconds = performance.now() - began;
    return {
      model: { name: model.manifest.name, digest: model.digest },
      split: options.split,
      labels: labels.length,
      all: await measure(photos, embeddings, labels, textEncoder),
      ...(heldOut.length > 0 && {
        heldOut: { labels: heldOut.length, ...(await measure(photos, embeddings, heldOut, textEncoder)) },
      }),
      ...(options.labelSet && {
        tags: {
          labelSet: options.labelSet.name,
          quality: await evaluateTags(options.labelSet, photos, embeddings, photoSet.labels, textEncoder),
        },
      }),
      millisecondsPerPicture: milliseconds / Math.max(1, photos.length),
    };
  } finally {
    await photoSet.close();
  }
}

function photosOf(
  { photos }: PhotoSet,
  labels: readonly PhotoLabel[],
  { split, limit }: EvaluationOptions,
): readonly Photo[] {
  const counted = new Set(labels.map(({ label }) => label));
  return photos.filter((photo) => photo.split === split && counted.has(photo.label)).slice(0, limit);
}

/** Accuracy on the pictures of these labels with these labels to choose from. */
async function measure(
  photos: readonly Photo[],
  embeddings: readonly Embedding[],
  labels: readonly PhotoLabel[],
  textEncoder: TextEncoder,
): Promise<Accuracy> {
  const classifier = await classifierOf(labels, textEncoder);
  const rightLabels = new Map(labels.map(({ label, also }) => [label, new Set([label, ...also])]));
  return accuracy(
    embeddings.flatMap((embedding, i) => {
      const right = rightLabels.get(photos[i]?.label ?? '');
      return right ? [{ right, best: bestLabels(embedding, classifier, 5) }] : [];
    }),
  );
}

function classifierOf(labels: readonly PhotoLabel[], textEncoder: TextEncoder): Promise<Classifier> {
  const labelSet = {
    name: 'photo-set',
    version: 1,
    mode: 'exclusive',
    labels: labels.map(({ label, phrase }) => ({ name: label, prompts: [phrase] })),
  };
  return compileClassifier(parseLabelSet(labelSet, 'labels.json'), textEncoder);
}
