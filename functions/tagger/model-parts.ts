import { cachedClassifier, storedClassifier } from '../adapters/files/classifier-cache.ts';
import { readBackground } from '../adapters/files/model-background.ts';
import { readModel } from '../adapters/files/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../adapters/sharp/pixel-decoder.ts';
import type { Background } from '../core/calibration/background.ts';
import type { ExifChoice } from '../core/formats/exif/exif-choice.ts';
import { AD_HOC_SET } from '../core/labels/ad-hoc-label-set.ts';
import { type Classifier, compileClassifier } from '../core/labels/classifier.ts';
import type { PromptEncoder } from '../core/labels/embedding.ts';
import type { LabelSet } from '../core/labels/label-set.ts';
import type { ImageReader } from '../core/tagging/describe-image.ts';
import { inBatches } from '../core/tagging/micro-batch.ts';
import { CLASSIFIER_FOLDER, DEFAULT_MODEL, modelFolder, PREPARED_CLASSIFIER_FOLDER } from './model-places.ts';

/** Larger runs gain the embedded model nothing (one thread: 1.7 ms an image in runs of 8, 2.1 in runs of 64, 2.6 alone). */
const IMAGES_PER_RUN = 8;

/** What every answer says of its model; embeddings may be compared if, and only if, the digests are equal. */
export interface ModelIdentity {
  readonly model: string;
  readonly modelDigest: string;
}

/** What tagging and embedding on this machine are made of. */
export interface ModelParts {
  readonly identity: ModelIdentity;
  readonly textEncoder: PromptEncoder;
  /** @param exif what is said of a picture's EXIF. @default all */
  imageReader(exif?: ExifChoice): Promise<ImageReader>;
  /** One for each label set; compiled at its first use and kept in the classifier folder. */
  classifiersOf(
    labelSets: readonly LabelSet[],
    warn: (message: string) => void,
  ): Promise<readonly Classifier[]>;
  /**
   * Pictures of many kinds that labels are calibrated with. @default the model comes with none
   *
   * @throws {InvalidInput} when the file is not what the manifest says
   */
  background(): Promise<Background | undefined>;
  /** Frees the model's memory; nothing may be under way. */
  close(): Promise<void>;
}

/**
 * @param nameOrFolder as {@link modelFolder} takes it. @default embedded
 * @param classifierFolder where classifiers are kept once compiled
 * @throws {CliptagError} `no-model`
 * @throws {InvalidInput} when its manifest is not one
 */
export async function openModel(
  nameOrFolder = DEFAULT_MODEL,
  classifierFolder = CLASSIFIER_FOLDER,
): Promise<ModelParts> {
  const model = await readModel(modelFolder(nameOrFolder));
  const textEncoder = onnxTextEncoder(model);
  const classifierOf = async (labelSet: LabelSet, warn: (message: string) => void) => {
    // Not kept for the next start: there is no end of what may be named.
    if (labelSet.name === AD_HOC_SET) return compileClassifier(labelSet, textEncoder);
    const prepared = PREPARED_CLASSIFIER_FOLDER;
    const shipped = prepared ? await storedClassifier(labelSet, textEncoder, prepared, warn) : undefined;
    return shipped ?? cachedClassifier(labelSet, textEncoder, classifierFolder, warn);
  };
  const closers = [textEncoder.close];
  return {
    identity: { model: model.manifest.name, modelDigest: model.digest },
    textEncoder,
    imageReader: async (exif) => {
      const encoder = await onnxImageEncoder(model);
      closers.push(encoder.close);
      return { decoder: sharpPixelDecoder(), encoder: inBatches(encoder, IMAGES_PER_RUN), exif };
    },
    classifiersOf: (labelSets, warn) =>
      Promise.all(labelSets.map((labelSet) => classifierOf(labelSet, warn))),
    background: () => readBackground(model),
    close: async () => {
      await Promise.all(closers.splice(0).map((close) => close()));
    },
  };
}
