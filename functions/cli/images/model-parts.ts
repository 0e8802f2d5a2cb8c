import { cachedClassifier } from '../../adapters/files/classifier-cache.ts';
import { readModel } from '../../adapters/files/model-folder.ts';
import { onnxImageEncoder, onnxTextEncoder } from '../../adapters/onnx/encoders.ts';
import { sharpPixelDecoder } from '../../adapters/sharp/pixel-decoder.ts';
import type { Classifier } from '../../core/labels/classifier.ts';
import type { PromptEncoder } from '../../core/labels/embedding.ts';
import type { LabelSet } from '../../core/labels/label-set.ts';
import type { ImageReader } from '../../core/tagging/describe-image.ts';
import { inBatches } from '../../core/tagging/micro-batch.ts';
import { CLASSIFIER_FOLDER, DEFAULT_MODEL, modelFolder } from '../places.ts';
import { IMAGES_AT_ONCE } from './image-results.ts';

/** What every answer says of its model; embeddings may be compared if, and only if, the digests are equal. */
export interface ModelIdentity {
  readonly model: string;
  readonly modelDigest: string;
}

/** What `tag` and `embed` are made of. */
export interface ModelParts {
  readonly identity: ModelIdentity;
  readonly textEncoder: PromptEncoder;
  imageReader(): Promise<ImageReader>;
  /** Of each label set; compiled at its first use and kept under `.cliptag`. */
  classifiersOf(
    labelSets: readonly LabelSet[],
    warn: (message: string) => void,
  ): Promise<readonly Classifier[]>;
}

/**
 * @param nameOrFolder as {@link modelFolder} takes it. @default embedded
 * @throws {CliptagError} `no-model`
 * @throws {InvalidInput} when its manifest is not one
 */
export async function openModel(nameOrFolder = DEFAULT_MODEL): Promise<ModelParts> {
  const model = await readModel(modelFolder(nameOrFolder));
  const textEncoder = onnxTextEncoder(model);
  return {
    identity: { model: model.manifest.name, modelDigest: model.digest },
    textEncoder,
    imageReader: async () => ({
      decoder: sharpPixelDecoder(),
      encoder: inBatches(await onnxImageEncoder(model), IMAGES_AT_ONCE),
    }),
    classifiersOf: (labelSets, warn) =>
      Promise.all(
        labelSets.map((labelSet) => cachedClassifier(labelSet, textEncoder, CLASSIFIER_FOLDER, warn)),
      ),
  };
}
