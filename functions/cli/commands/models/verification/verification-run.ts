import { readLabelSets } from '../../../../adapters/files/label-set-files.ts';
import { type Model, readModel, verifyModelFiles } from '../../../../adapters/files/model-folder.ts';
import { onnxTextEncoder } from '../../../../adapters/onnx/encoders.ts';
import { contrastPromptsOf, type LabelSet, promptsOf } from '../../../../core/labels/label-set.ts';
import { modelFolder } from '../../../../tagger/model-places.ts';
import { UsageError } from '../../../../terminal/exit-code.ts';
import { type ImagePath, imagePathsIn, noImagesIn } from '../../../images/image-paths.ts';
import { batchComparison, type Encoded, float32Comparison, referenceComparisons } from './comparisons.ts';
import { type Counterpart, openCounterpart, requireComparable } from './counterpart.ts';
import { encodedPictures, encodedTexts } from './encoded.ts';
import { type ReferenceEmbeddings, readReferenceEmbeddings } from './reference-embeddings.ts';
import { type Bars, type Comparison, judge, judgeLogitScale, type Verification } from './verification.ts';

export interface VerificationOptions {
  /** Name or folder of the model. */
  readonly model: string;
  /** Name or folder of the model or checkpoint to compare with. @default the checkpoint that it was compiled from */
  readonly against?: string | undefined;
  /** File of embeddings that the reference's own code gave. */
  readonly reference?: string | undefined;
  /** Files and folders. */
  readonly pictures: readonly string[];
  /** Label set files and folders. */
  readonly labels: readonly string[];
  readonly bars: Bars;
}

/** What a run works on, once everything that the user named has been read. */
interface Subject {
  readonly model: Model;
  readonly counterpart?: Counterpart | undefined;
  readonly reference?: ReferenceEmbeddings | undefined;
  readonly paths: readonly ImagePath[];
  readonly labelSets: readonly LabelSet[];
}

/**
 * Compares a model with what it stands for.
 *
 * @throws {InvalidInput} when its files are not what its manifest says, or the two cannot be compared
 * @throws {UsageError} when there is nothing to compare it with, or no picture
 */
export async function verify(options: VerificationOptions): Promise<Verification> {
  const model = await readModel(modelFolder(options.model));
  await verifyModelFiles(model);
  const { paths } = await imagePathsIn(options.pictures);
  if (paths.length === 0) throw new UsageError([noImagesIn(options.pictures)]);
  const labelSets = await readLabelSets(options.labels);
  const reference =
    options.reference === undefined
      ? undefined
      : await readReferenceEmbeddings(options.reference, model.manifest.embeddingSize);
  const counterpart = await openCounterpart(model, options.against);
  try {
    if (!counterpart && !reference) throw new UsageError([nothingToCompare(model)]);
    return await verification({ model, counterpart, reference, paths, labelSets }, options.bars);
  } finally {
    await counterpart?.remove();
  }
}

async function verification(subject: Subject, bars: Bars): Promise<Verification> {
  const { model, counterpart, reference, paths, labelSets } = subject;
  const texts = textsOf(subject);
  if (counterpart) {
    await verifyModelFiles(counterpart.model);
    await requireComparable(model, counterpart.model, texts);
  }
  const encoded = {
    pictures: await encodedPictures(paths, model, counterpart?.model),
    texts: await encodedTexts(onnxTextEncoder(model), texts),
    ...(counterpart && { float32: await encodedTexts(onnxTextEncoder(counterpart.model), texts) }),
  };
  const comparisons = await comparisonsOf(encoded, labelSets, reference);
  return {
    ...{ model: model.manifest.name, modelDigest: model.digest, folder: model.folder },
    files: Object.values(model.manifest.files).map(({ path, bytes }) => ({ path, bytes })),
    ...(counterpart && { float32: counterpart.origin }),
    ...(reference && { reference: reference.path }),
    pixels: 'cliptag',
    pictures: encoded.pictures.paths.length,
    texts: texts.length,
    broken: encoded.pictures.broken,
    comparisons,
    judgements: [...judge(comparisons, bars), ...logitScales(subject)],
  };
}

async function comparisonsOf(
  encoded: Encoded,
  labelSets: readonly LabelSet[],
  reference: ReferenceEmbeddings | undefined,
): Promise<readonly Comparison[]> {
  const { float32 } = encoded;
  return [
    ...(float32 ? [await float32Comparison({ ...encoded, float32 }, labelSets)] : []),
    ...(reference ? referenceComparisons(encoded, reference) : []),
    batchComparison(encoded),
  ];
}

/** Every text that is compared, once. */
function textsOf({ labelSets, reference }: Subject): readonly string[] {
  const prompts = labelSets.flatMap((labelSet) => [
    ...labelSet.labels.flatMap((label) => promptsOf(labelSet, label)),
    ...contrastPromptsOf(labelSet),
  ]);
  return [...new Set([...prompts, ...(reference?.texts.keys() ?? [])])];
}

function logitScales({ model, counterpart, reference }: Subject) {
  const scales = { float32: counterpart?.model.manifest.logitScale, reference: reference?.logitScale };
  return Object.entries(scales).flatMap(([of, scale]) =>
    scale === undefined ? [] : [judgeLogitScale(`the ${of}'s`, model.manifest.logitScale, scale)],
  );
}

function nothingToCompare({ manifest: { name, source, revision } }: Model): string {
  return `expected --against FOLDER or --reference FILE: no pulled checkpoint has the source of "${name}" (${source}, revision ${revision})`;
}
